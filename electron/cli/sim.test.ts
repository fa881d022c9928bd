import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clockText, printEvents } from './eventTable.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'stowage-sim-'));

function sim(...args: string[]): { status: number | null; out: string; errors: string } {
  // Vitest's own environment must not reach the program: it is run as a person would run it.
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'electron/cli/sim.ts'), ...args], {
    encoding: 'utf8',
    cwd: root,
  });
  return { status, out: stdout, errors: stderr };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const small = file(
  'small.yaml',
  `apiVersion: v1
kind: Node
metadata: {name: a}
status: {allocatable: {cpu: "2", memory: 4Gi, pods: "10"}, capacity: {cpu: "2", memory: 4Gi, pods: "10"}}
---
apiVersion: v1
kind: Pod
metadata: {name: fits, namespace: default}
spec: {containers: [{name: c, image: nginx, resources: {requests: {cpu: "1"}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: large, namespace: default}
spec: {containers: [{name: c, image: nginx, resources: {requests: {cpu: "8"}}}]}
`,
);

describe('npm run sim', () => {
  test('prints events as kubectl words them and a closing summary', () => {
    const { status, out, errors } = sim(small, '--until', '60s');
    expect(errors).toBe('');
    expect(status).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^LAST SEEN {3,}TYPE {3,}REASON {3,}OBJECT {3,}MESSAGE$/);
    expect(out).toMatch(/Normal +Scheduled +pod\/fits +Successfully assigned default\/fits to a/);
    expect(out).toMatch(/Warning +FailedScheduling +pod\/large +0\/1 nodes are available: 1 Insufficient cpu\./);
    expect(out).toMatch(/^time +1m00\.000s, revision \d+, \d+ tasks$/m);
    expect(out).toMatch(/^pods +2 \(1 Running, 1 Pending\)$/m);
    expect(out).toMatch(/^nodes +1 \(1 Ready\)$/m);
    expect(out).toMatch(/^digest +[0-9a-f]{16}$/m);
  });

  test('compares configurations, as text and as JSON', () => {
    const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';
    const config = file('two-names.yaml', `${head}profiles: [{schedulerName: other}]\n`);
    const text = sim(small, '--compare', config, '--until', '30s');
    expect(text.errors).toBe('');
    expect(text.out).toMatch(/^pods placed +1 of 2 +0 of 2$/m);
    expect(text.out).toMatch(/^a +1 +#####\.\.\.\.\. {2}50\.0% +\S+ +0\.0% +0 /m);
    expect(text.out).toMatch(/^default\/fits +a +\(pending\)$/m);
    expect(text.out).toContain('default/fits: no scheduler serves "default-scheduler"');
    const json = sim(small, '--compare', config, '--compare', config, '--output', 'json');
    expect(JSON.parse(json.out)).toMatchObject({
      a: { placed: 0, ended: 'quiet' },
      b: { label: 'two-names' },
      moved: [],
      same: 0,
    });
    const bad = sim(small, '--compare', file('bad-config.yaml', `${head}parallelism: 0\npodInitialBackoffSeconds: 0\n`));
    expect([bad.status, bad.errors.trim().split('\n').length]).toEqual([1, 2]);
    expect(bad.errors).toMatch(
      /bad-config\.yaml:3:14: parallelism: Invalid value: 0: should be an integer value greater than zero/,
    );
  });

  test('explains a pod: attempts, verdicts, scores, and what would help', () => {
    const text = sim(small, '--explain', 'large', '--until', '30s');
    expect([text.status, text.errors]).toEqual([0, '']);
    expect(text.out).toMatch(
      /^default\/large: not on a node\n\nattempt 1 at \S+, cycle \d+, profile default-scheduler: unschedulable$/m,
    );
    expect(text.out).toMatch(
      /^ {2}NODE {3}VERDICT +PLUGIN +REASONS\n {2}a {6}Unschedulable\S* +NodeResourcesFit +Insufficient cpu$/m,
    );
    expect(text.out).toMatch(/^ {2}message +0\/1 nodes are available: 1 Insufficient cpu\./m);
    expect(text.out).toMatch(/^ {2}add node +node node-new-1, cpu 8, memory 1Gi +goes to node-new-1 +create node\/node-new-1$/m);
    const placed = sim(small, '--explain', 'default/fits', '--until', '30s');
    expect(placed.out).toMatch(/^ {2}selected +a$/m);
    expect(placed.out).toMatch(/^ {2}a +\d+ +\S+ +\d+ +\d+ +\d+ +\d+$/m);
    const json = JSON.parse(sim(small, '--explain', 'large', '--until', '30s', '--output', 'json').out) as unknown;
    expect(json).toMatchObject([
      { pod: 'default/large', node: null, attempts: [{ result: 'unschedulable' }], suggestions: [{}, {}] },
    ]);
    const nobody = sim(small, '--explain', 'nobody', '--until', '30s');
    expect([nobody.status, nobody.errors]).toEqual([1, 'sim: --explain nobody: there is no such pod at 30s\n']);
  });

  test('the same file and seed give the same digest, another seed another one', () => {
    const digest = (...args: string[]): string =>
      (JSON.parse(sim(small, '--until', '30s', '--output', 'json', ...args).out) as { summary: { digest: string } }).summary
        .digest;
    const first = digest();
    expect(digest()).toBe(first);
    expect(digest('--seed', '7')).not.toBe(first);
    expect(digest('--seed', '7')).toBe(digest('--seed', '7'));
  });

  test.each<[string, string[], number, RegExp]>([
    ['a missing file', [join(folder, 'none.yaml')], 1, /does not exist/],
    ['a broken file', [file('bad.yaml', 'apiVersion: v1\nking: Pod\nmetadat: {}\n')], 1, /bad\.yaml:2:1: king: .*kind/],
    ['a bad duration', [small, '--until', 'soon'], 2, /--until soon: expected a duration/],
    ['a bad seed', [small, '--seed', '1.5'], 2, /--seed 1\.5: expected an integer/],
    ['an unknown output', [small, '--output', 'xml'], 2, /--output xml/],
    ['an unknown switch', [small, '--fast'], 2, /--fast/],
    ['no file', [], 2, /no FILE/],
  ])('%s ends with a reason', (_name, args, status, reason) => {
    const result = sim(...args);
    expect(result.status).toBe(status);
    expect(result.errors).toMatch(reason);
    expect(result.out).toBe('');
  });
});

describe('event table', () => {
  test.each([
    [0, '0.000s'],
    [12_250, '12.250s'],
    [65_250, '1m05.250s'],
    [3_600_000, '60m00.000s'],
  ])('%d ms is %s', (ms, text) => {
    expect(clockText(ms)).toBe(text);
  });

  test('repeated events say how often, several namespaces get their column', () => {
    const row = {
      atMs: 1_000,
      namespace: 'default',
      type: 'Warning',
      reason: 'BackOff',
      object: 'pod/a',
      message: 'm',
      count: 1,
      overMs: 0,
    };
    expect(printEvents([row])).not.toContain('NAMESPACE');
    const text = printEvents([row, { ...row, namespace: 'other', count: 3, overMs: 20_000 }]);
    expect(text).toMatch(/^NAMESPACE/);
    expect(text).toContain('1.000s (x3 over 20s)');
  });
});
