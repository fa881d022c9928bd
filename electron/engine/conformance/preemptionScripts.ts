import type { PodSpec, Taint } from '#shared/kube/types.ts';
import { claim } from '../testing/storage.ts';
import type { PreemptionLab } from './preemptionLab.ts';

/** Plays one captured sequence; the capture describes its manifests in words only. */
export type PreemptionScript = (lab: PreemptionLab) => void;

const host = 'kubernetes.io/hostname';
const taint = (lab: PreemptionLab, number: number, ...taints: Taint[]) =>
  lab.node(number, ({ spec }) => ({ spec: { ...spec, taints } }));
/** What cordon leads to: the field, and (later in a real cluster) the taint of the node lifecycle controller. */
const cordon = (lab: PreemptionLab, ...numbers: number[]) => {
  for (const number of numbers) lab.node(number, ({ spec }) => ({ spec: { ...spec, unschedulable: true } }));
};
const unscheduledTaint: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const requiring = (expression: object, field: 'matchExpressions' | 'matchFields'): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ [field]: [expression] }] } },
  },
});
const mounting = (claimName: string): Partial<PodSpec> => ({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }] });
const term = (app: string) => [{ topologyKey: host, labelSelector: { matchLabels: { app } } }];
const avoiding = (app: string): Partial<PodSpec> => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: term(app) } },
});
const spreading = (topologyKey: string, app: string): Partial<PodSpec> => ({
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app } } },
  ],
});
const port: Partial<PodSpec> = { containers: [{ name: 'app', image: 'x', ports: [{ containerPort: 80, hostPort: 8080 }] }] };
const onEach = (
  lab: PreemptionLab,
  prefix: string,
  cpu: string,
  priority: string | undefined,
  spec: Partial<PodSpec>,
  labels?: Record<string, string>,
) => {
  for (const i of [0, 1, 2]) lab.pod(`${prefix}${i}`, cpu, priority, { nodeName: `node-${i + 1}`, ...spec }, labels);
};
const gates = (...names: string[]) => names.map((name) => ({ name }));

/** Sequences by id. */
export const preemptionScripts: Readonly<Record<string, PreemptionScript>> = {
  scheduled: (lab) => lab.pod('p', '100m'),
  'insufficient-cpu': (lab) => lab.pod('p', '5'),
  'insufficient-cpu-memory': (lab) =>
    lab.pod('p', '5', undefined, {
      containers: [{ name: 'app', image: 'x', resources: { requests: { cpu: '5', memory: '10Gi' } } }],
    }),
  'insufficient-extended-resource': (lab) =>
    lab.pod('p', '1', undefined, {
      containers: [
        { name: 'app', image: 'x', resources: { requests: { 'nvidia.com/gpu': '1' }, limits: { 'nvidia.com/gpu': '1' } } },
      ],
    }),
  'node-selector': (lab) => lab.pod('p', '1', undefined, { nodeSelector: { no: 'where' } }),
  'node-affinity': (lab) =>
    lab.pod('p', '1', undefined, requiring({ key: 'no', operator: 'In', values: ['where'] }, 'matchExpressions')),
  'node-affinity-metadata-name': (lab) =>
    lab.pod('p', '1', undefined, requiring({ key: 'metadata.name', operator: 'In', values: ['nope'] }, 'matchFields')),
  'untolerated-taint': (lab) => {
    for (const number of [1, 2, 3]) taint(lab, number, { key: 'a', value: 'b', effect: 'NoSchedule' });
    lab.pod('p', '100m');
  },
  'mixed-reasons': (lab) => {
    taint(lab, 1, { key: 'a', value: 'b', effect: 'NoSchedule' });
    taint(lab, 2, { key: 'c', effect: 'NoExecute' });
    lab.pod('p', '5');
  },
  cordoned: (lab) => {
    cordon(lab, 1, 2);
    lab.pod('p', '5');
  },
  'cordoned-all-then-uncordon': (lab) => {
    for (const number of [1, 2, 3]) lab.node(number, () => ({ spec: { unschedulable: true, taints: [unscheduledTaint] } }));
    lab.pod('p', '100m');
    lab.node(2, () => ({ spec: { taints: [unscheduledTaint] } }));
    lab.settle();
    taint(lab, 2);
    lab.settle();
  },
  'host-port': (lab) => {
    onEach(lab, 'h', '0', undefined, port);
    lab.pod('p', '0', undefined, port);
  },
  'anti-affinity': (lab) => {
    onEach(lab, 'x', '100m', undefined, {}, { app: 'x' });
    lab.pod('p', '100m', undefined, avoiding('x'));
  },
  'anti-affinity-existing': (lab) => {
    onEach(lab, 'x', '100m', undefined, avoiding('x'));
    lab.pod('p', '100m', undefined, {}, { app: 'x' });
  },
  'pod-affinity': (lab) =>
    lab.pod('p', '100m', undefined, {
      affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: term('zzz') } },
    }),
  'topology-spread': (lab) => {
    lab.pod('x', '100m', undefined, { nodeName: 'node-1' }, { app: 's' });
    cordon(lab, 2, 3);
    lab.pod('p', '100m', undefined, spreading(host, 's'), { app: 's' });
  },
  'topology-spread-missing-label': (lab) => lab.pod('p', '100m', undefined, spreading('no-such-key', 's'), { app: 's' }),
  'other-scheduler': (lab) => lab.pod('p', '100m', undefined, { schedulerName: 'nope' }),
  'nodename-set': (lab) => lab.pod('p', '100m', undefined, { nodeName: 'node-2' }),
  gated: (lab) => {
    lab.pod('p', '100m', undefined, { schedulingGates: gates('example.com/a', 'example.com/b') });
    lab.patch('p', ({ spec }) => ({ spec: { ...spec, schedulingGates: gates('example.com/b') } }));
    lab.patch('p', ({ spec }) => ({ spec: { ...spec, schedulingGates: [] } }));
  },
  'preempt-one': (lab) => preempt(lab, '1'),
  'preempt-two-slow': (lab) => {
    lab.fill('low');
    lab.pod('high', '2', 'high');
    lab.reap('slowly');
  },
  'preempt-lowest-priority-node': (lab) => {
    lab.fill('mid', [1, 3]);
    lab.fill('low', [2]);
    lab.pod('high', '1', 'high');
    lab.reap();
  },
  'preempt-never': (lab) => {
    lab.fill('low');
    lab.pod('nv', '1', 'high-never');
  },
  'preempt-equal-priority': (lab) => {
    lab.fill('high');
    lab.pod('h2', '1', 'high');
  },
  'preempt-no-help': (lab) => preempt(lab, '5'),
  'preempt-nominated-then-deleted': (lab) => {
    lab.fill('low');
    lab.pod('high', '1', 'high');
    lab.remove('high');
  },
  'preempt-nominated-higher-takes-over': (lab) => {
    lab.fill('low');
    lab.pod('high', '1', 'high');
    lab.wait(5000);
    lab.pod('crit', '1', 'system-node-critical');
    lab.reap('slowly');
  },
  'preempt-nominated-lower-waits': (lab) => {
    lab.fill('low');
    lab.pod('high', '4', 'high');
    lab.wait(5000);
    lab.pod('midp', '1', 'mid');
    lab.reap('slowly');
  },
  'preempt-room-opens-elsewhere': (lab) => {
    lab.fill('low');
    lab.pod('high', '1', 'high');
    const promised = lab.test.get('Pod', 'default', 'high').status.nominatedNodeName;
    for (const number of [1, 2, 3]) if (promised !== `node-${number}`) lab.remove(`low-${number}-0`);
  },
  'preempt-avoids-pdb': (lab) => {
    lab.fill('low', [1, 2], { app: 'guarded' });
    lab.fill('low', [3]);
    lab.guard({ app: 'guarded' });
    lab.pod('high', '2', 'high');
    lab.reap();
  },
  'preempt-violates-pdb-when-needed': (lab) => {
    lab.fill('low', [1, 2, 3], { app: 'guarded' });
    lab.guard({ app: 'guarded' });
    preempt(lab, '1', false);
  },
  'preempt-anti-affinity': (lab) => {
    onEach(lab, 'x', '100m', 'low', avoiding('x'), { app: 'y' });
    lab.pod('high', '100m', 'high', {}, { app: 'x' });
    lab.reap();
  },
  'resize-unblocks': (lab) => {
    lab.fill('low');
    lab.pod('waiting', '1', 'low');
    lab.remove('low-2-1');
  },
  'node-added-label': (lab) => {
    lab.pod('p', '100m', undefined, { nodeSelector: { zz: '1' } });
    lab.node(3, ({ metadata }) => ({ metadata: { ...metadata, labels: { ...metadata.labels, zz: '1' } } }));
    lab.settle();
  },
  'pvc-missing': (lab) => {
    lab.pod('p', '100m', undefined, mounting('nope'));
  },
  'pvc-unbound': (lab) => {
    lab.test.create(claim('c', { spec: { storageClassName: '' } }));
    lab.pod('p', '100m', undefined, mounting('c'));
  },
};

function preempt(lab: PreemptionLab, cpu: string, fill = true): void {
  if (fill) lab.fill('low');
  lab.pod('high', cpu, 'high');
  lab.reap();
}
