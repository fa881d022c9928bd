import { describe, expect, test } from 'vitest';
import { MAX_PROBLEMS, MAX_TEXT_LENGTH, parseManifest, parseScenario } from './index.ts';

/** Problems of a text as `line:column path | message`, in order. */
function problemsOf(text: string): string[] {
  const parsed = parseScenario(text, 'file.yaml');
  if (parsed.ok) return [];
  for (const problem of parsed.error) expect(problem.file).toBe('file.yaml');
  return parsed.error.map((one) => `${one.line ?? '-'}:${one.column ?? '-'} ${one.path ?? ''} | ${one.message}`);
}

const pod = (name: string, more = '') =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n${more}spec:\n  containers:\n    - name: c\n      image: nginx\n`;
const scenario = (spec: string) => `apiVersion: stowage/v1alpha1\nkind: Scenario\nmetadata: { name: s }\nspec:\n${spec}`;

describe('bad input, one fault each', () => {
  test.each<[string, string, string]>([
    [
      'misspelt kind',
      'apiVersion: v1\nking: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: c, image: i }] }\n',
      '2:1 king | unknown field "king": did you mean "kind"?',
    ],
    [
      'misspelt metadata',
      'apiVersion: v1\nkind: Namespace\nmetadat: { name: a }\n',
      '3:1 metadat | unknown field "metadat": did you mean "metadata"?',
    ],
    [
      'misspelt apiVersion',
      'apiversion: v1\nkind: Namespace\nmetadata: { name: a }\n',
      '1:1 apiversion | unknown field "apiversion": did you mean "apiVersion"?',
    ],
    [
      'misspelt name',
      'apiVersion: v1\nkind: Namespace\nmetadata: { nme: a }\n',
      '3:13 metadata.nme | unknown field "nme": did you mean "name"?',
    ],
    [
      'no kind',
      'apiVersion: v1\nmetadata: { name: a }\n',
      '1:1  | required field "kind" is missing: what is this object? (for example: kind: Pod)',
    ],
    [
      'no apiVersion',
      'kind: Namespace\nmetadata: { name: a }\n',
      '1:1  | required field "apiVersion" is missing: Namespace has apiVersion "v1"',
    ],
    [
      'no metadata',
      'apiVersion: v1\nkind: Namespace\n',
      '1:1  | required field "metadata" is missing: Namespace needs at least metadata.name',
    ],
    [
      'no name',
      'apiVersion: v1\nkind: Namespace\nmetadata: { labels: {} }\n',
      '3:11 metadata.name | required field "metadata.name" is missing in this Namespace',
    ],
    [
      'name is a number',
      'apiVersion: v1\nkind: Namespace\nmetadata: { name: 5 }\n',
      '3:19 metadata.name | metadata.name: expected a name (a string), not the number 5',
    ],
    [
      'unknown kind',
      'apiVersion: v1\nkind: Pood\nmetadata: { name: a }\n',
      '2:7 kind | unknown kind "Pood": did you mean "Pod"?',
    ],
    [
      'misspelt deep field',
      pod('a').replace('image:', 'imag:'),
      '8:7 spec.containers[0].imag | unknown field "imag": did you mean "image"?',
    ],
    ['field of nothing', `${pod('a')}wheels: 4\n`, '9:1 wheels | unknown field "wheels" in a Pod'],
    ['wrong type', pod('a').replace('nginx', 'true'), '8:14 spec.containers[0].image | image: expected text, found true'],
    [
      'a map for a list',
      'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: { name: c } }\n',
      '4:21 spec.containers | containers: expected a list, found an object',
    ],
    [
      'text for a number',
      'apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: { name: a }\nspec: { replicas: "3" }\n',
      '4:19 spec.replicas | replicas: expected a whole number, found text ("3")',
    ],
    [
      'short name',
      'apiVersion: v1\nkind: deploy\nmetadata: { name: a }\n',
      '2:7 kind | unknown kind "deploy": did you mean "Deployment"?',
    ],
    [
      'custom kind',
      'apiVersion: x.io/v1\nkind: Chessboard\nmetadata: { name: a }\n',
      '2:7 kind | unknown kind "Chessboard": Kubernetes 1.36 has no such built-in kind',
    ],
    [
      'removed version',
      'apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: { name: a }\n',
      '1:13 apiVersion | extensions/v1beta1 of Deployment was removed in Kubernetes 1.16: expected "apps/v1"',
    ],
    [
      'wrong version',
      'apiVersion: v1\nkind: PriorityClass\nmetadata: { name: a }\nvalue: 1\n',
      '1:13 apiVersion | PriorityClass has no apiVersion "v1": expected "scheduling.k8s.io/v1"',
    ],
    [
      'two names',
      `${pod('a')}---\n${pod('b')}---\n${pod('a')}`,
      '22:9 metadata.name | duplicate object: Pod "a" in namespace "default" stands on line 4 already',
    ],
    [
      'duplicate field',
      'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  name: b\n',
      '5:3 metadata.name | duplicate field "name": it was given before on line 4',
    ],
    [
      'label is a number',
      pod('a', '  labels:\n    tier: 1\n'),
      '6:11 metadata.labels[tier] | label tier: expected a string, not the number 1',
    ],
    [
      'label of an inert kind',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, labels: { on: yes } }\n',
      '3:36 metadata.labels[on] | label on: expected a string, not the boolean true',
    ],
    [
      'annotation is a number',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, annotations: { x: 1 } }\n',
      '3:40 metadata.annotations[x] | annotation x: expected a string, not the number 1',
    ],
    [
      'bad indentation',
      'apiVersion: v1\nkind: Namespace\nmetadata:\n  labels: x\n    name: a\n',
      '4:11  | a map begins inside a value: check the indentation of the following line, or put the value in quotes if its ": " is text',
    ],
    ['not an object', '- a\n- b\n', '1:1  | expected a Kubernetes object (a map with apiVersion, kind, metadata), not a list'],
    [
      'prose',
      'hello there\n',
      '1:1  | expected a Kubernetes object (a map with apiVersion, kind, metadata), not the string "hello there"',
    ],
    [
      'tabs',
      'apiVersion: v1\nkind: Namespace\nmetadata:\n\tname: a\n',
      '4:1  | a tab is used for indentation: YAML allows only spaces there',
    ],
    [
      'comments only',
      '# nothing\n',
      '1:1  | the file holds only comments: expected at least one Kubernetes object or a Scenario document',
    ],
    ['empty', ' \n\n', '-:-  | the file is empty: expected at least one Kubernetes object or a Scenario document'],
    ['null document', '---\n~\n', '1:1  | the file holds no objects: expected Kubernetes objects or a Scenario document'],
    ['NUL bytes', 'abc\0def', '-:-  | this is a binary file, not YAML text (it contains NUL bytes)'],
    ['not UTF-8', 'a: b\nc: \ufffd\n', '2:4  | this is not UTF-8 text (some bytes could not be read as characters)'],
    [
      'unknown alias',
      'apiVersion: v1\nkind: Namespace\nmetadata: { name: a, labels: *who }\n',
      '3:30 metadata.labels | alias *who stands for nothing: no &who before it',
    ],
    ['items', 'apiVersion: v1\nkind: List\nitems: { a: 1 }\n', '3:8 items | items: expected a list of objects, not a map'],
    [
      'Scenario version',
      'apiVersion: stowage/v7\nkind: Scenario\nmetadata: { name: s }\n',
      '1:13 apiVersion | a Scenario of apiVersion "stowage/v7" cannot be read: expected stowage/v1alpha1',
    ],
    ['Scenario field', scenario('  sped: 2\n'), '5:3 spec.sped | unknown field "sped": did you mean "seed"?'],
    ['speed', scenario('  speed: 1000\n'), '5:10 spec.speed | Too big: expected number to be <=100'],
    [
      'duration',
      scenario('  steps: [{ at: soon, do: { type: cordon, node: a } }]\n'),
      '5:17 spec.steps[0].at | expected a duration such as 1500ms, 2s, 1m30s or a whole number of milliseconds, not "soon"',
    ],
    [
      'command',
      scenario('  steps:\n    - at: 1s\n      do: { type: drian, node: a }\n'),
      '7:19 spec.steps[0].do.type | unknown command "drian": did you mean "drain"?',
    ],
    [
      'command field',
      scenario('  steps:\n    - at: 1s\n      do: { type: cordon }\n'),
      '7:11 spec.steps[0].do.node | required field "node" is missing',
    ],
    [
      'command option',
      scenario('  steps:\n    - at: 1s\n      do: { type: drain, node: a, options: { forse: true } }\n'),
      '7:46 spec.steps[0].do.options.forse | unknown field "forse": did you mean "force"?',
    ],
    ['position', scenario('  positions: { a: { x: left, y: 0 } }\n'), '5:24 spec.positions.a.x | expected a number, not "left"'],
    [
      'object in a step',
      scenario(
        '  steps:\n    - at: 1s\n      do:\n        type: create\n        objects:\n          - { apiVersion: v1, kind: Podd, metadata: { name: a } }\n',
      ),
      '10:37 spec.steps[0].do.objects[0].kind | unknown kind "Podd": did you mean "Pod"?',
    ],
    [
      'kubelet timing',
      scenario('  config: { kubelet: { imagePulMs: 2s } }\n'),
      '5:24 spec.config.kubelet.imagePulMs | unknown field "imagePulMs": did you mean "imagePullMs"?',
    ],
  ])('%s', (_, text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  test('two Scenario documents', () => {
    expect(problemsOf(`${scenario('  seed: 1\n')}---\n${scenario('  seed: 2\n')}`)).toEqual([
      '7:1  | a second Scenario document: the first one stands on line 1',
    ]);
  });

  test('values of nodes and pods', () => {
    const node =
      'apiVersion: v1\nkind: Node\nmetadata: { name: node }\nspec:\n  taints:\n    - { key: a, effect: NoSchedul }\n    - { key: b }\n';
    const problems = problemsOf(`${node}status:\n  capacity: { cpu: 4x, memory: [1] }\n`);
    expect(problems.map((one) => one.split(' | ')[0])).toEqual([
      '6:25 spec.taints[0].effect',
      '7:7 spec.taints[1]',
      '9:20 status.capacity[cpu]',
      '9:32 status.capacity[memory]',
    ]);
    expect(problems[0]).toContain('expected NoSchedule, PreferNoSchedule, NoExecute');
    expect(problems[2]).toContain('"4x" is not a quantity');
  });
});

describe('all at once', () => {
  test('faults of several documents, in the order of the file', () => {
    const text = `apiVersion: v1\nking: Pod\nmetadat:\n  name: a\n  labels: { x: yes }\nspec: { containers: [{ name: c, image: i, resources: { requests: { cpu: 5q } } }] }\n---\na: [1\nb: 2\n---\nkind: Nod\n`;
    const parsed = parseScenario(text, 'f.yaml');
    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    expect(parsed.error.map((one) => one.line)).toEqual([2, 3, 5, 6, 9, 11]);
    // What YAML makes of a bare yes is shown as the file wrote it.
    expect(parsed.error[2]!.hint).toBe('write it in quotes to make it a string: x: "yes"');
  });

  test('the list is bounded and says how many are left', () => {
    const text = Array.from({ length: 250 }, () => '---\nkind: Nonsense\n').join('');
    const problems = problemsOf(text);
    expect(problems).toHaveLength(MAX_PROBLEMS + 1);
    expect(problems[MAX_PROBLEMS]).toBe('-:-  | and 150 more problems');
  });
});

describe('hostile files end quickly', () => {
  test('50 MB', () => {
    expect(problemsOf('a'.repeat(50 * 1024 * 1024))).toEqual([
      '-:-  | the file is too large: 50 MiB, and at most 16 MiB can be read',
    ]);
    expect(MAX_TEXT_LENGTH).toBe(16 * 1024 * 1024);
  });

  test('aliases that multiply', () => {
    const names = [...'abcdefghij'];
    const bomb = names
      .map(
        (name, i) =>
          `${name}: &${name} [${Array(9)
            .fill(i === 0 ? 'x' : `*${names[i - 1]}`)
            .join(', ')}]`,
      )
      .join('\n');
    expect(problemsOf(bomb).some((one) => one.includes('aliases expand to more than 100000 values'))).toBe(true);
  });

  test('an alias of itself', () => {
    expect(problemsOf('apiVersion: v1\nkind: Namespace\nmetadata: &m\n  name: a\n  labels: *m\n')[0]).toContain(
      'alias *m contains itself',
    );
  });

  test.each(['[', '- ', '{a: '])('nesting with %j', (opening) => {
    const problems = problemsOf(opening.repeat(20_000));
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.some((one) => one.includes('nested too deeply'))).toBe(true);
  });

  test('a field called __proto__ changes nothing', () => {
    const parsed = parseScenario(
      'apiVersion: resource.k8s.io/v1\nkind: ResourceClaimTemplate\nmetadata: { name: a }\n__proto__: { polluted: yes }\n',
      'f.yaml',
    );
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(parsed.ok && Object.hasOwn(parsed.value.objects[0]!, '__proto__')).toBe(true);
  });
});

test('parseManifest refuses a Scenario document', () => {
  const parsed = parseManifest(scenario('  seed: 1\n'));
  expect(parsed.ok ? [] : parsed.error.map((one) => one.message)).toEqual([
    'a Scenario document cannot stand inside a list or a manifest',
  ]);
});
