import { describe, expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { applyDefaults } from '../defaulting/index.ts';
import { decodeRefusal } from './decode.ts';
import { invalidStatus, validateCreate, validateStatusUpdate, validateUpdate } from './index.ts';

const app = { name: 'app', image: 'x:1' };
const pod = (spec: object = {}, metadata: object = {}): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default', ...metadata },
  spec: { containers: [app], ...spec },
});
const withContainer = (more: object): AnyObject => pod({ containers: [{ ...app, ...more }] });
const set = (kind: string, spec: object): AnyObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'd', namespace: 'default' },
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [app] } },
    ...spec,
  },
});
const node = (spec: object, status: object = {}): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n' },
  spec,
  status,
});

/** Complaints about a new object, as the API prints them. */
function create(object: AnyObject): string[] {
  return validateCreate(applyDefaults(object)).map((error) => `${error.field}: ${error.message}`);
}

const nodeAffinity = (expression: object): object => ({
  affinity: {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [expression] }] } },
  },
});
const EXPRESSION =
  'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0]';
const podTerm = (term: object): object => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
});
const POD_TERM = 'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]';
const spread = (more: object): object => ({
  topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', ...more }],
});

describe('accepts', () => {
  it.each<[string, AnyObject]>([
    ['a plain pod', pod()],
    ['Gt on node labels', pod(nodeAffinity({ key: 'cores', operator: 'Gt', values: ['4'] }))],
    [
      'a sidecar with a probe',
      pod({ initContainers: [{ ...app, name: 'i', restartPolicy: 'Always', livenessProbe: { exec: { command: ['x'] } } }] }),
    ],
    ['a toleration of everything', pod({ tolerations: [{ operator: 'Exists' }] })],
    ['an extended resource', withContainer({ resources: { limits: { 'example.com/gpu': 1 } } })],
    ['a deployment', set('Deployment', {})],
    ['a replica set', set('ReplicaSet', {})],
    [
      'taints of one key with two effects',
      node({
        taints: [
          { key: 'a', effect: 'NoSchedule' },
          { key: 'a', effect: 'NoExecute' },
        ],
      }),
    ],
  ])('%s', (_, object) => {
    expect(create(object)).toEqual([]);
  });
});

describe('refuses pods', () => {
  it.each<[AnyObject, string[]]>([
    [
      pod({}, { name: 'a'.repeat(254) }),
      [`metadata.name: Invalid value: "${'a'.repeat(254)}": must be no more than 253 characters`],
    ],
    [
      pod({}, { finalizers: ['mine'] }),
      ['metadata.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified'],
    ],
    [withContainer({ name: 'a.b' }), ['spec.containers[0].name: Invalid value: "a.b": must not contain dots']],
    [pod({ containers: [app, app] }), ['spec.containers[1].name: Duplicate value: "app"']],
    [
      withContainer({ imagePullPolicy: 'Sometimes' }),
      ['spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"'],
    ],
    [
      withContainer({ image: ' x' }),
      ['spec.containers[0].image: Invalid value: " x": must not have leading or trailing whitespace'],
    ],
    [
      withContainer({ ports: [{ containerPort: 80, protocol: 'HTTP' }] }),
      ['spec.containers[0].ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"'],
    ],
    [withContainer({ env: [{ name: '' }] }), ['spec.containers[0].env[0].name: Required value']],
    [
      withContainer({ env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }),
      ['spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty'],
    ],
    [withContainer({ livenessProbe: {} }), ['spec.containers[0].livenessProbe: Required value: must specify a handler type']],
    [
      withContainer({ lifecycle: { preStop: { exec: {} } } }),
      ['spec.containers[0].lifecycle.preStop.exec.command: Required value'],
    ],
    [
      pod({ initContainers: [{ ...app, readinessProbe: { exec: { command: ['x'] } } }] }),
      [
        'spec.initContainers[0].name: Duplicate value: "app"',
        'spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
      ],
    ],
    [
      pod({ volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/' } }] }),
      ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
    ],
    [pod({ volumes: [{ name: 'v', configMap: {} }] }), ['spec.volumes[0].configMap.name: Required value']],
    [pod({ volumes: [{ name: 'v' }, { name: 'v' }] }), ['spec.volumes[1].name: Duplicate value: "v"']],
    [
      pod({ restartPolicy: 'Maybe' }),
      ['spec.restartPolicy: Unsupported value: "Maybe": supported values: "Always", "OnFailure", "Never"'],
    ],
    [
      pod({ hostNetwork: true, containers: [{ ...app, ports: [{ containerPort: 80, hostPort: 81 }] }] }),
      ['spec.containers[0].ports[0].containerPort: Invalid value: 80: must match `hostPort` when `hostNetwork` is true'],
    ],
    [
      pod({ nodeName: 'n', schedulingGates: [{ name: 'g' }] }),
      ['spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared'],
    ],
    [
      pod({ preemptionPolicy: 'Maybe' }),
      ['spec.preemptionPolicy: Unsupported value: "Maybe": supported values: "PreemptLowerPriority", "Never"'],
    ],
  ])('%#', (object, expected) => {
    expect(create(object)).toEqual(expected);
  });
});

describe('refuses scheduling rules', () => {
  it.each<[object, string[]]>([
    [
      nodeAffinity({ key: 'a', operator: 'Exists', values: ['b'] }),
      [`${EXPRESSION}.values: Forbidden: may not be specified when \`operator\` is 'Exists' or 'DoesNotExist'`],
    ],
    [
      nodeAffinity({ key: 'a', operator: 'Gt', values: ['1', '2'] }),
      [`${EXPRESSION}.values: Required value: must be specified single value when \`operator\` is 'Lt' or 'Gt'`],
    ],
    [nodeAffinity({ key: 'a', operator: 'Is' }), [`${EXPRESSION}.operator: Invalid value: "Is": not a valid selector operator`]],
    [
      podTerm({ topologyKey: '', labelSelector: {} }),
      [
        `${POD_TERM}.topologyKey: Required value: can not be empty`,
        `${POD_TERM}.topologyKey: Invalid value: "": name part must be non-empty`,
      ],
    ],
    [
      podTerm({ topologyKey: 'zone', matchLabelKeys: ['a'] }),
      [`${POD_TERM}.matchLabelKeys: Forbidden: must not be specified when labelSelector is not set`],
    ],
    [spread({ minDomains: 0 }), ['spec.topologySpreadConstraints[0].minDomains: Invalid value: 0: must be greater than zero']],
    [
      spread({ minDomains: 1, whenUnsatisfiable: 'ScheduleAnyway' }),
      [
        'spec.topologySpreadConstraints[0].minDomains: Invalid value: 1: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway',
      ],
    ],
    [
      spread({ nodeTaintsPolicy: 'Maybe' }),
      ['spec.topologySpreadConstraints[0].nodeTaintsPolicy: Unsupported value: "Maybe": supported values: "Honor", "Ignore"'],
    ],
    [
      { tolerations: [{ value: 'x' }] },
      [
        'spec.tolerations[0].operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ],
    ],
  ])('%#', (spec, expected) => {
    expect(create(pod(spec)).slice(0, expected.length)).toEqual(expected);
  });
});

describe('refuses other kinds', () => {
  it.each<[AnyObject, string[]]>([
    [
      set('Deployment', { strategy: { type: 'Recreate', rollingUpdate: {} } }),
      ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ],
    [set('Deployment', { replicas: -1 }), ['spec.replicas: Invalid value: -1: must be greater than or equal to 0']],
    [
      set('ReplicaSet', { template: { metadata: { labels: { a: 'b' } }, spec: { containers: [app], restartPolicy: 'Never' } } }),
      ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
    ],
    [node({ taints: [{ key: 'a' }] }), ['metadata.taints[0].effect: Required value']],
    [
      node({}, { capacity: { pods: '1500m' }, allocatable: { pods: '1' } }),
      ['status.capacity.pods: Invalid value: "1500m": must be an integer'],
    ],
    [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a.b' } },
      ['metadata.name: Invalid value: "a.b": must not contain dots'],
    ],
    [
      { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'a/b', namespace: 'x' }, spec: {} },
      [`metadata.name: Invalid value: "a/b": may not contain '/'`],
    ],
    [
      {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'l', namespace: 'x' },
        spec: { leaseDurationSeconds: 0 },
      },
      ['spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0'],
    ],
  ])('%#', (object, expected) => {
    expect(create(object)).toEqual(expected);
  });
});

describe('updates', () => {
  const change = (before: AnyObject, after: AnyObject): string[] =>
    validateUpdate(applyDefaults(after), applyDefaults(before)).map((error) => `${error.field}: ${error.message}`);

  it.each<[string, AnyObject, AnyObject]>([
    ['an image', pod(), withContainer({ image: 'y:2' })],
    ['labels', pod(), pod({}, { labels: { a: 'b' } })],
    ['one more toleration', pod(), pod({ tolerations: [{ key: 'a', operator: 'Exists' }] })],
    ['a gate less', pod({ schedulingGates: [{ name: 'a' }, { name: 'b' }] }), pod({ schedulingGates: [{ name: 'b' }] })],
    [
      'a narrower gated pod',
      pod({ schedulingGates: [{ name: 'a' }] }),
      pod({ schedulingGates: [{ name: 'a' }], nodeSelector: { a: 'b' } }),
    ],
    ['a shorter deadline', pod({ activeDeadlineSeconds: 9 }), pod({ activeDeadlineSeconds: 8 })],
    ['replicas', set('Deployment', { replicas: 1 }), set('Deployment', { replicas: 2 })],
  ])('may change %s', (_, before, after) => {
    expect(change(before, after)).toEqual([]);
  });

  it.each<[string, AnyObject, AnyObject, RegExp]>([
    [
      'the node',
      pod(),
      pod({ nodeName: 'n' }),
      /^spec: Forbidden: pod updates may not change fields other than `spec.containers/,
    ],
    ['requests', pod(), withContainer({ resources: { requests: { cpu: '1' } } }), /^spec: Forbidden/],
    [
      'the number of containers',
      pod(),
      pod({ containers: [app, { ...app, name: 'b' }] }),
      /^spec.containers: Forbidden: pod updates may not add or remove containers$/,
    ],
    [
      'a toleration away',
      pod({ tolerations: [{ key: 'a', operator: 'Exists' }] }),
      pod(),
      /^spec.tolerations: Forbidden: existing toleration can not be modified/,
    ],
    [
      'a new gate',
      pod(),
      pod({ schedulingGates: [{ name: 'a' }] }),
      /^spec.schedulingGates\[0\].name: Forbidden: only deletion is allowed, but found new scheduling gate 'a'$/,
    ],
    [
      'a wider gated pod',
      pod({ schedulingGates: [{ name: 'a' }], nodeSelector: { a: 'b' } }),
      pod({ schedulingGates: [{ name: 'a' }] }),
      /^spec.nodeSelector: Invalid value: null: only additions to spec.nodeSelector are allowed \(no mutations or deletions\)$/,
    ],
    [
      'a selector',
      set('ReplicaSet', {}),
      set('ReplicaSet', { selector: { matchLabels: {}, matchExpressions: [{ key: 'a', operator: 'Exists' }] } }),
      /^spec.selector: Invalid value: .*field is immutable$/,
    ],
    ['a uid', pod({}, { uid: '1' }), pod({}, { uid: '2' }), /^metadata.uid: Invalid value: "2": field is immutable$/],
    [
      'a finalizer while going',
      pod({}, { deletionTimestamp: 't' }),
      pod({}, { deletionTimestamp: 't', finalizers: ['a/b'] }),
      /^metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted/,
    ],
  ])('may not change %s', (_, before, after, expected) => {
    expect(change(before, after)[0]).toMatch(expected);
  });

  it('a status counts no further than its replicas', () => {
    const before = set('ReplicaSet', {});
    const after = { ...before, status: { replicas: 1, readyReplicas: 2 } };
    expect(validateStatusUpdate(after, before).map((error) => error.field)).toEqual(['status.readyReplicas']);
  });
});

describe('invalidStatus', () => {
  it('names one complaint plainly, several in brackets, and each text once', () => {
    const one = validateCreate(applyDefaults(pod({ containers: [] })));
    expect(invalidStatus(pod(), one)).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: 'Pod "p" is invalid: spec.containers: Required value',
    });
    const twice = invalidStatus(set('Deployment', {}), [
      ...one,
      ...one,
      ...validateCreate(applyDefaults(set('Deployment', { replicas: -1 }))),
    ]);
    expect(twice.details?.causes).toHaveLength(3);
    expect(twice.details).toMatchObject({ name: 'd', group: 'apps', kind: 'Deployment' });
    expect(twice.message).toBe(
      'Deployment.apps "d" is invalid: [spec.containers: Required value, spec.replicas: Invalid value: -1: must be greater than or equal to 0]',
    );
  });
});

describe('decodeRefusal', () => {
  it('refuses wrong types, with the place', () => {
    expect(decodeRefusal(pod({ hostNetwork: 'x' }))?.message).toContain('spec.hostNetwork: expected true or false');
    expect(decodeRefusal(pod())).toBeNull();
  });
  it('refuses unknown fields only when it is strict', () => {
    expect(decodeRefusal(pod({ foo: 1 }))).toBeNull();
    expect(decodeRefusal(pod({ foo: 1 }), { strict: true })?.message).toBe(
      'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.foo"',
    );
  });
});
