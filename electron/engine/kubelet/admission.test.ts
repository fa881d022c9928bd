import { describe, expect, it } from 'vitest';
import type { Pod } from '#shared/kube/types.ts';
import { node, pod } from '../testing/builders.ts';
import { admitPod } from './admission.ts';

const withPort = (name: string, hostPort: number): Pod =>
  pod(name, { spec: { containers: [{ name: 'app', image: 'x', ports: [{ containerPort: 80, hostPort }] }] } });
const affinity = (value: string): Pod =>
  pod('p', {
    spec: {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values: [value] }] }],
          },
        },
      },
    },
  });

describe('admission on the node', () => {
  const n1 = node('n1', { cpu: '1', memory: '1Gi', pods: '3', labels: { disk: 'ssd' } });
  const table: [string, Pod, Pod[], string | undefined][] = [
    ['fits', pod('p', { cpu: '1' }), [], undefined],
    ['too much CPU', pod('p', { cpu: '600m' }), [pod('o', { cpu: '500m' })], 'OutOfcpu'],
    ['too much memory', pod('p', { memory: '2Gi' }), [], 'OutOfmemory'],
    ['too many pods', pod('p'), [pod('a'), pod('b'), pod('c')], 'OutOfpods'],
    ['selector', pod('p', { spec: { nodeSelector: { disk: 'hdd' } } }), [], 'NodeAffinity'],
    ['affinity met', affinity('ssd'), [], undefined],
    ['affinity not met', affinity('hdd'), [], 'NodeAffinity'],
    ['free port', withPort('p', 80), [withPort('o', 81)], undefined],
    [
      'another system by selector',
      pod('p', { spec: { nodeSelector: { 'kubernetes.io/os': 'windows' } } }),
      [],
      'PodOSSelectorNodeLabelDoesNotMatch',
    ],
    ['another system by field', pod('p', { spec: { os: { name: 'windows' } } }), [], 'PodOSNotSupported'],
    ['resources come before affinity', pod('p', { cpu: '2', spec: { nodeSelector: { disk: 'hdd' } } }), [], 'OutOfcpu'],
    ['taken port', withPort('p', 80), [withPort('o', 80)], 'NodePorts'],
  ];
  it.each(table)('%s', (_, subject, others, reason) => expect(admitPod(subject, n1, others)?.reason).toBe(reason));

  it('tells what is missing when nothing else is wrong', () => {
    const others = [pod('o', { cpu: '500m' })];
    expect(admitPod(pod('p', { cpu: '600m', memory: '2Gi' }), n1, others)?.missing).toEqual({ cpu: 100, memory: 2 ** 30 });
    const elsewhere = pod('p', { cpu: '600m', spec: { nodeSelector: { disk: 'hdd' } } });
    expect(admitPod(elsewhere, n1, others)?.missing).toBeUndefined();
  });

  it('minds NoExecute taints only', () => {
    const tainted = (effect: string) => node('n1', { taints: [{ key: 'a', effect }] });
    expect(admitPod(pod('p'), tainted('NoSchedule'), [])).toBeUndefined();
    expect(admitPod(pod('p'), tainted('NoExecute'), [])?.reason).toBe('TaintToleration');
  });
});
