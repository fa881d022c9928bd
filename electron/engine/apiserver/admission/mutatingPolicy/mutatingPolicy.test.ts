import { describe, expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { createAdmission } from '../index.ts';
import { about, configMap, policyObject, SHOP } from '../policies/testing.ts';
import { admitWith, podObject } from '../testing.ts';
import { mutatingPolicyPlugin } from './index.ts';
import { applyConfiguration } from './merge.ts';

const apply = (expression: string): object => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
const patch = (expression: string): object => ({ patchType: 'JSONPatch', jsonPatch: { expression } });

/** Policies by name with their bindings. */
function stored(policies: Readonly<Record<string, object>>, resource = 'configmaps'): AnyObject[] {
  return Object.entries(policies).flatMap(([name, spec]) => [
    policyObject('MutatingAdmissionPolicy', name, { matchConstraints: about(resource), reinvocationPolicy: 'Never', ...spec }),
    policyObject('MutatingAdmissionPolicyBinding', `${name}-b`, { policyName: name }),
  ]);
}

const map = configMap('cm', { data: { a: '1' } });

describe('mutating policies', () => {
  it.each([
    ['Object{metadata: Object.metadata{labels: {"x": object.data.a}}}', { labels: { x: '1' } }],
    ['Object{metadata: Object.metadata{annotations: {"n": namespaceObject.metadata.name}}}', { annotations: { n: 'shop' } }],
  ])('apply %s', (expression, metadata) => {
    const { object } = admitWith(mutatingPolicyPlugin, { operation: 'CREATE', object: map }, [
      SHOP,
      ...stored({ m: { mutations: [apply(expression)] } }),
    ]);
    expect(object?.metadata).toMatchObject(metadata);
  });

  it.each([
    ['[JSONPatch{op: "add", path: "/data/b", value: "2"}]', { a: '1', b: '2' }],
    ['[JSONPatch{op: "test", path: "/data/a", value: "9"}, JSONPatch{op: "remove", path: "/data/a"}]', { a: '1' }],
    ['[JSONPatch{op: "move", from: "/data/a", path: "/data/z"}]', { z: '1' }],
    ['object.data.map(k, JSONPatch{op: "replace", path: "/data/" + k, value: k + "!"})', { a: 'a!' }],
  ])('patch %s', (expression, data) => {
    const { object } = admitWith(mutatingPolicyPlugin, { operation: 'CREATE', object: map }, [
      SHOP,
      ...stored({ m: { mutations: [patch(expression)] } }),
    ]);
    expect((object as { data?: unknown } | null)?.data).toEqual(data);
  });

  it.each([
    [
      apply('Object{metadata: Object.metadata{labelz: {"a": "b"}}}'),
      'error applying patch: failed to convert patch object to typed object: .metadata.labelz: field not declared in schema',
    ],
    [
      apply('Object{metadata: Object.spec{}}'),
      'type mismatch: unexpected type name "Object.spec", expected "Object.metadata", which matches field name path from root Object type',
    ],
    [
      apply('Object{metadata: Object.metadata{labels: {"a": object.nope}}}'),
      'expression \'Object{metadata: Object.metadata{labels: {"a": object.nope}}}\' resulted in error: no such key: nope',
    ],
    [
      patch('[JSONPatch{op: "add", path: "/metadata/labels/a", value: "1"}]'),
      'JSON Patch: add operation does not apply: doc is missing path: "/metadata/labels/a": missing value',
    ],
    [patch('[JSONPatch{op: "remove", path: "/data/q"}]'), 'JSON Patch: Unable to remove nonexistent key: q: missing value'],
  ])('%j fails', (mutation, why) => {
    const all = [SHOP, ...stored({ m: { mutations: [mutation] } })];
    const { refusal } = admitWith(mutatingPolicyPlugin, { operation: 'CREATE', object: map }, all);
    expect(refusal?.message).toBe(`policy 'm' with binding 'm-b' denied request: ${why}`);
    expect([refusal?.code, refusal?.reason]).toEqual([403, 'Invalid']);
    const lenient = [SHOP, ...stored({ m: { mutations: [mutation], failurePolicy: 'Ignore' } })];
    expect(admitWith(mutatingPolicyPlugin, { operation: 'CREATE', object: map }, lenient).object).toEqual(map);
  });

  it('mutations and policies build on each other, by name', () => {
    const policies = stored({
      b: { mutations: [patch('[JSONPatch{op: "add", path: "/data/b", value: object.data.a + "b"}]')] },
      a: {
        mutations: [
          patch('[JSONPatch{op: "replace", path: "/data/a", value: "x"}]'),
          patch('[JSONPatch{op: "add", path: "/data/a2", value: object.data.a}]'),
        ],
      },
    });
    const { object } = admitWith(mutatingPolicyPlugin, { operation: 'CREATE', object: map }, [SHOP, ...policies]);
    expect((object as { data?: unknown } | null)?.data).toEqual({ a: 'x', a2: 'x', b: 'xb' });
  });

  it('is asked again for what a later policy has changed, when it wants to be', () => {
    const copy = (reinvocationPolicy: string): object => ({
      reinvocationPolicy,
      mutations: [patch('has(object.data.late) ? [JSONPatch{op: "add", path: "/data/seen", value: "yes"}] : []')],
    });
    const late = { mutations: [patch('has(object.data.late) ? [] : [JSONPatch{op: "add", path: "/data/late", value: "1"}]')] };
    const run = (policy: string): unknown => {
      const { object } = admitWith(mutatingPolicyPlugin, { operation: 'CREATE', object: map }, [
        SHOP,
        ...stored({ a: copy(policy), z: late }),
      ]);
      return (object as { data?: unknown } | null)?.data;
    };
    expect(run('Never')).toEqual({ a: '1', late: '1' });
    expect(run('IfNeeded')).toEqual({ a: '1', late: '1', seen: 'yes' });
  });

  it('other plugins see what a policy has added', () => {
    let passes = 0;
    const counter = {
      name: 'Counter',
      mutate: (object: AnyObject) => {
        passes++;
        return { ok: true as const, value: object };
      },
    };
    const all = [SHOP, ...stored({ m: { mutations: [apply('Object{metadata: Object.metadata{labels: {"a": "b"}}}')] } })];
    const admission = createAdmission(
      {
        get: (kind, _namespace, name) => all.find((one) => one.kind === kind && one.metadata.name === name),
        list: (kind) => all.filter((one) => one.kind === kind),
      },
      [counter, mutatingPolicyPlugin],
    );
    admission.admit({ operation: 'CREATE', object: map, old: null, user: 'x', dryRun: false, warn: () => undefined });
    expect(passes).toBe(2);
  });
});

describe('apply configurations', () => {
  const pod = podObject({ tolerations: [{ key: 'a' }], nodeSelector: { x: '1' } });
  const merged = (spec: object): unknown => {
    const result = applyConfiguration(pod, { spec } as Record<string, unknown>);
    return result.ok ? result.value.spec : result.error;
  };

  it.each([
    [
      { containers: [{ name: 'app', imagePullPolicy: 'Always' }] },
      { containers: [{ name: 'app', image: 'x:1', imagePullPolicy: 'Always' }] },
    ],
    [
      { containers: [{ name: 'side', image: 'y' }] },
      {
        containers: [
          { name: 'app', image: 'x:1' },
          { name: 'side', image: 'y' },
        ],
      },
    ],
    [{ priority: 5 }, { priority: 5 }],
  ])('%j', (spec, expected) => {
    expect(merged(spec)).toMatchObject(expected);
  });

  it.each([
    [
      { tolerations: [{ key: 'b' }] },
      'invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.tolerations',
    ],
    [
      { containers: [{ name: 'app', args: ['x'] }] },
      'invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.containers[0].args',
    ],
    [
      { priority: 'high' },
      'failed to convert patch object to typed object: .spec.priority: expected numeric (int or float), got "high"',
    ],
    [{ hostNetwerk: true }, 'failed to convert patch object to typed object: .spec.hostNetwerk: field not declared in schema'],
  ])('%j is refused', (spec, why) => {
    expect(merged(spec)).toBe(why);
  });
});
