import { describe, expect, it } from 'vitest';
import { AuthorizerValue, compile, evaluate, fromCel, toCel } from './index.ts';

const object = {
  metadata: { name: 'web', namespace: 'shop', labels: { app: 'web', tier: 'front' }, annotations: {} },
  spec: {
    replicas: 5,
    ratio: 0.5,
    paused: false,
    nothing: null,
    containers: [
      { name: 'app', image: 'registry.example/app:v1', ports: [{ containerPort: 80 }], resources: { limits: { cpu: '500m' } } },
      { name: 'side', image: 'docker.io/nginx' },
    ],
  },
};
const activation = {
  object: toCel(object),
  oldObject: null,
  authorizer: new AuthorizerValue('jane', ({ verb, resource }) => ({
    allowed: verb === 'get' && resource === 'secrets',
    reason: 'no rule',
  })),
};

function run(source: string): unknown {
  const result = evaluate(source, activation);
  return result.ok ? fromCel(result.value) : `error: ${result.error}`;
}

/** Expression and its value as JSON, or `error: ` and cel-go's words. */
const CASES: readonly (readonly [string, unknown])[] = [
  // Operators
  ['1 + 2 * 3 == 7', true],
  ['7 / 2', 3],
  ['-7 % 3', -1],
  ['7.0 / 2.0', 3.5],
  ["'a' + 'b'", 'ab'],
  ['[1] + [2, 3]', [1, 2, 3]],
  ['1 / 0', 'error: division by zero'],
  ['1 % 0', 'error: modulus by zero'],
  ['9223372036854775807 + 1 > 0', 'error: integer overflow'],
  ['object.spec.replicas > 3 && object.spec.replicas <= 5.5', true],
  ['object.spec.replicas == 5.0', true],
  ["object.spec.replicas == '5'", false],
  ["object.metadata.name < 'x'", true],
  ['!object.spec.paused', true],
  ["object.spec.paused ? 'a' : 'b'", 'b'],
  ["object.nope == 'x' || true", true],
  ["object.nope == 'x' && false", false],
  ["object.nope == 'x' || false", 'error: no such key: nope'],
  ['object.spec.replicas + object.metadata.name', 'error: no such overload'],
  ['-object.spec.ratio', -0.5],
  ['null == null', true],
  ['oldObject == null', true],
  ['object == null', false],
  ['object.spec.nothing == null', true],
  // Selection and presence
  ['object.data.x', 'error: no such key: data'],
  ["object.metadata['name']", 'web'],
  ["object.metadata.labels['nope']", 'error: no such key: nope'],
  ['object.spec.containers[0].name', 'app'],
  ['object.spec.containers[5]', 'error: index out of bounds: 5'],
  ['has(object.metadata.labels)', true],
  ['has(object.metadata.nope)', false],
  ['has(object.nope.x)', 'error: no such key: nope'],
  ['has(object.spec.containers[1].ports)', false],
  ['has(object.spec.containers[0].ports)', true],
  ["'app' in object.metadata.labels", true],
  ["'x' in ['x', 'y']", true],
  ['object.spec.replicas in [1, 5]', true],
  // Macros
  ["object.spec.containers.all(c, c.image.startsWith('registry.example/'))", false],
  ["object.spec.containers.exists(c, c.image.contains('nginx'))", true],
  ["object.spec.containers.exists_one(c, c.name == 'app')", true],
  ['object.spec.containers.map(c, c.name)', ['app', 'side']],
  ['object.spec.containers.filter(c, has(c.ports)).size()', 1],
  ['[1, 2, 3].map(x, x > 1, x * 2)', [4, 6]],
  ['object.metadata.labels.all(k, k.size() > 2)', true],
  ['object.metadata.labels.map(k, object.metadata.labels[k])', ['web', 'front']],
  ['object.spec.containers.all(c, c.ports.size() > 0)', 'error: no such key: ports'],
  ['[1, 2].exists(i, v, i == 0 && v == 1)', true],
  ['{"a": 1}.all(k, v, k == "a" && v == 1)', true],
  ['[1, 2].transformList(i, v, v * 10 + i)', [10, 21]],
  ['{"a": 1, "b": 2}.transformMap(k, v, v > 1, v + 1)', { b: 3 }],
  ['cel.bind(n, object.spec.replicas, n * n)', 25],
  // Optional values
  ['object.?spec.?nope.?deeper.hasValue()', false],
  ["object.metadata.?labels['app'].orValue('none')", 'web'],
  ["object.metadata.labels[?'nope'].orValue('none')", 'none'],
  ['object.metadata.?nope.orValue({})', {}],
  ['optional.of(2).optMap(v, v + 1).value()', 3],
  ['optional.none().value()', 'error: optional.none() dereference'],
  ['object.spec.containers[?7].hasValue()', false],
  ['[?object.?nope, 1]', [1]],
  ["{?'a': object.?nope, 'b': 2}", { b: 2 }],
  ["{?'a': object.metadata.?name, 'b': 'x'}", { a: 'web', b: 'x' }],
  // Texts
  ["' a '.trim()", 'a'],
  ["'aXb'.lowerAscii() + 'aXb'.upperAscii()", 'axbAXB'],
  ["'a,b,c'.split(',')", ['a', 'b', 'c']],
  ["'a,b,c'.split(',', 2)", ['a', 'b,c']],
  ["['a', 'b'].join('-')", 'a-b'],
  ["'hello'.replace('l', 'L')", 'heLLo'],
  ["'hello'.replace('l', 'L', 1)", 'heLlo'],
  ["'hello'.substring(1, 3)", 'el'],
  ["'hello'.charAt(1) + 'abc'.reverse()", 'ecba'],
  ["'hello'.indexOf('l') + 'hello'.lastIndexOf('l')", 5],
  ["'%s has %d of %.1f'.format(['x', 3, 2.25])", 'x has 3 of 2.3'],
  ["'%s'.format([['a', 1, null]])", '[a, 1, null]'],
  ["'%x'.format([255])", 'ff'],
  ["'registry.example/app:v1'.matches('^registry\\\\.example/[a-z]+:v[0-9]+$')", true],
  ["'abc'.matches('(?i)^ABC$')", true],
  ["'abc'.matches('[')", 'error: error parsing regexp: `[`'],
  ["'abc 123 45'.find('[0-9]+')", '123'],
  ["'abc 123 45'.findAll('[0-9]+')", ['123', '45']],
  ["'abc 123 45'.findAll('[0-9]+', 1)", ['123']],
  ["size('héllo')", 5],
  ["strings.quote('a\\nb')", '"a\\nb"'],
  // Conversions
  ["int('12') + int(2.9) + int(3u)", 17],
  ["int('x')", 'error: strconv.ParseInt: parsing "x": invalid syntax'],
  ["double('1.5')", 1.5],
  ['string(object.spec.replicas) + string(true) + string(1.5)', '5true1.5'],
  ["bool('true')", true],
  ['type(object.spec.replicas) == int && type(object) == map', true],
  ["string(duration('90m'))", '5400s'],
  ["duration('1h') > duration('30m')", true],
  ["timestamp('2026-01-01T00:00:00Z') + duration('1h') == timestamp('2026-01-01T01:00:00Z')", true],
  ["timestamp('2026-01-02T00:00:00Z').getDayOfWeek()", 5],
  ["timestamp('2026-07-01T23:59:59Z').getDayOfYear() + timestamp('2026-07-01T00:00:00Z').getDayOfMonth()", 181],
  ["string(timestamp('2026-01-02T03:04:05Z'))", '2026-01-02T03:04:05Z'],
  ["jsonpatch.escapeKey('k8s.io/a~b')", 'k8s.io~1a~0b'],
  // Lists and sets
  ['[3, 1, 2].sum() + [3, 1, 2].min() + [3, 1, 2].max()', 10],
  ['[1, 2, 2].isSorted() && ![2, 1].isSorted()', true],
  ["['a', 'b', 'a'].indexOf('a') + ['a', 'b', 'a'].lastIndexOf('a')", 2],
  ['[].min()', 'error: min called on empty list'],
  ['sets.contains([1, 2, 3], [2, 3]) && sets.intersects([1], [1, 2]) && sets.equivalent([1, 2], [2, 1, 1])', true],
  ['[[1], [2, 3]].flatten()', [1, 2, 3]],
  ['[1, 1, 2].distinct()', [1, 2]],
  // Quantities
  ["quantity('500m').isLessThan(quantity('1'))", true],
  ["quantity(object.spec.containers[0].resources.limits.cpu).compareTo(quantity('0.5'))", 0],
  ["quantity('1Gi').asInteger()", 1_073_741_824],
  ["quantity('50k').add(quantity('20k')).sub(1) == quantity('69999')", true],
  ["isQuantity('1.3Gi') && !isQuantity('x')", true],
  ["quantity('1.5').asInteger()", 'error: cannot convert value to integer'],
  // Addresses, URLs, versions, formats
  ["url('https://kubernetes.io:8080/a?b=c').getHost()", 'kubernetes.io:8080'],
  ["url('https://kubernetes.io/a?b=c&b=d').getQuery()['b']", ['c', 'd']],
  ["isURL('https://kubernetes.io') && !isURL('../x')", true],
  ["ip('10.0.0.1').family() == 4 && ip('::1').isLoopback() && isIP('1.2.3.4') && !isIP('1.2.3.256')", true],
  ["ip.isCanonical('::ffff') && !ip.isCanonical('0:0::ffff')", true],
  ["cidr('10.0.0.0/8').containsIP('10.2.3.4') && cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')", true],
  ["cidr('10.1.2.3/16').masked() == cidr('10.1.0.0/16')", true],
  ["semver('1.2.3').isLessThan(semver('1.10.0')) && isSemver('v1.2', true)", true],
  ["format.dns1123Label().validate('Bad').hasValue() && !format.named('uuid').value().validate('x').hasValue()", false],
  ["!format.dns1123Label().validate('good').hasValue()", true],
  // Access
  ["authorizer.group('').resource('secrets').namespace('shop').check('get').allowed()", true],
  ["authorizer.group('apps').resource('deployments').check('create').reason()", 'no rule'],
  // Literals of types
  ["Object{metadata: Object.metadata{labels: {'a': object.metadata.name}}}", { metadata: { labels: { a: 'web' } } }],
  [
    'Object.spec.containers{name: "a", ports: [Object.spec.containers.ports{containerPort: 1}]}',
    { name: 'a', ports: [{ containerPort: 1 }] },
  ],
  ['Object{?a: object.?nope, b: 1}', { b: 1 }],
];

describe('expressions', () => {
  it.each(CASES)('%s', (source, expected) => {
    expect(run(source)).toEqual(expected);
  });
});

describe('what does not compile', () => {
  const scope = { params: false, authorizer: true, patches: true };
  const error = (source: string, more: object = {}): string => {
    const result = compile(source, { ...scope, ...more });
    return result.ok ? `fine: ${result.value.type}` : result.error;
  };

  it.each([
    ['foo.bar == 1', "ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo.bar == 1\n | ^"],
    [
      'object.metadata.name.shout()',
      "ERROR: <input>:1:27: undeclared reference to 'shout' (in container '')\n | object.metadata.name.shout()\n | ..........................^",
    ],
    ["1 + 'a'", "ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | 1 + 'a'\n | ..^"],
    [
      "'a'.startsWith(1)",
      "ERROR: <input>:1:15: found no matching overload for 'startsWith' applied to 'string.(int)'\n | 'a'.startsWith(1)\n | ..............^",
    ],
    ["[1, 'a'].size() == 2", "ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a'].size() == 2\n | ....^"],
    ['request.nope', "ERROR: <input>:1:8: undefined field 'nope'\n | request.nope\n | .......^"],
    ['Objec{a: 1}', "ERROR: <input>:1:1: undeclared reference to 'Objec' (in container '')\n | Objec{a: 1}\n | ^"],
    ["JSONPatch{opp: 'add'}", "ERROR: <input>:1:11: undefined field 'opp'\n | JSONPatch{opp: 'add'}\n | ..........^"],
    [
      'object.a <',
      "ERROR: <input>:1:11: Syntax error: unexpected end of the expression ('<EOF>')\n | object.a <\n | ..........^",
    ],
  ])('%s', (source, expected) => {
    expect(error(source)).toBe(expected);
  });

  it.each([
    ['object.spec.x', 'fine: dyn'],
    ["object.a + 'b'", 'fine: string'],
    ['object.x.map(c, c.image)', 'fine: list(dyn)'],
    ['Object{}', 'fine: Object'],
    ["[JSONPatch{op: 'add', path: '/a', value: {'a': 1}}]", 'fine: list(JSONPatch)'],
    ["request.operation == 'CREATE' && request.userInfo.groups.exists(g, g == 'x')", 'fine: bool'],
    ["{'a': object.metadata.name, 'b': 'c'}", 'fine: map(string, dyn)'],
  ])('types of %s', (source, expected) => {
    expect(error(source)).toBe(expected);
  });

  it('knows the fields of a kind', () => {
    const kind = { objectKind: 'Deployment' };
    expect(error('object.spec.replicas <= 3', kind)).toBe('fine: bool');
    expect(error('object.spec.replicaz <= 3', kind)).toContain("1:12: undefined field 'replicaz'");
    expect(error("object.spec.replicas == 'a'", kind)).toContain(
      "found no matching overload for '_==_' applied to '(int, string)'",
    );
    expect(error('object.spec.template.spec.containers.all(c, c.imagee != "")', kind)).toContain("undefined field 'imagee'");
    expect(error('has(object.spec.nope)', kind)).toContain("undefined field 'nope'");
  });

  it('knows the variables of a policy', () => {
    const variables = [{ name: 'n', type: 'int' }];
    expect(error('variables.n + 1 > 2', { variables })).toBe('fine: bool');
    expect(error('variables.m', { variables })).toContain("undefined field 'm'");
  });
});
