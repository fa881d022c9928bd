import { describe, expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { podObject } from './admission/testing.ts';
import { warningsOf, warningsOfUpdate } from './warnings.ts';

const app = { name: 'app', image: 'x:1' };
const port = (containerPort: number, more: object = {}) => ({ containerPort, ...more });
const zone = 'failure-domain.beta.kubernetes.io/zone';
const since = 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead';

describe('warnings about pods', () => {
  it.each<[string, object, string[]]>([
    ['none', {}, []],
    [
      'port twice',
      { containers: [{ ...app, ports: [port(80), port(80)] }] },
      ['spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]'],
    ],
    [
      'port of two containers',
      {
        containers: [
          { ...app, ports: [port(80)] },
          { name: 'b', ports: [port(80, { hostPort: 8080 })] },
        ],
      },
      ['spec.containers[1].ports[0]: overlapping port definition with spec.containers[0].ports[0]'],
    ],
    ['old label', { nodeSelector: { [zone]: 'a' } }, [`spec.nodeSelector[${zone}]: ${since}`]],
    [
      'spread',
      { topologySpreadConstraints: [{ topologyKey: zone, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }] },
      [
        `spec.topologySpreadConstraints[0].topologyKey: ${zone} is ${since}`,
        'spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod',
      ],
    ],
    [
      'fraction',
      { containers: [{ ...app, resources: { requests: { memory: '100m' } } }] },
      ['spec.containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, must be an integer'],
    ],
    [
      'env',
      {
        containers: [
          {
            ...app,
            env: [
              { name: 'A', value: '1' },
              { name: 'A', value: '$(A)2' },
              { name: 'A', value: '3' },
            ],
          },
        ],
      },
      ['spec.containers[0].env[2]: hides previous definition of "A", which may be dropped when using apply'],
    ],
    ['hosts', { hostAliases: [{ ip: '1.1.1.1' }, { ip: '1.1.1.1' }] }, ['spec.hostAliases[1].ip: duplicate ip "1.1.1.1"']],
    ['volume', { volumes: [{ name: 'v', rbd: {} }] }, ['spec.volumes[0].rbd: deprecated in v1.28, non-functional in v1.31+']],
  ])('%s', (_, spec, texts) => expect(warningsOf(podObject(spec as Record<string, unknown>))).toEqual(texts));

  it('names with dots', () => {
    const pod = podObject();
    expect(warningsOf({ ...pod, metadata: { ...pod.metadata, name: 'a.b' } })).toEqual([
      "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
    ]);
  });
});

describe('warnings about templates', () => {
  const cron = (generation: number): AnyObject => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'c', generation },
    spec: { jobTemplate: { spec: { template: { spec: { ...(podObject().spec as object), nodeSelector: { [zone]: 'a' } } } } } },
  });

  it('carry the path, and come again when the spec changes', () => {
    const text = `spec.jobTemplate.spec.template.spec.nodeSelector[${zone}]: ${since}`;
    expect(warningsOf(cron(1))).toEqual([text]);
    expect(warningsOfUpdate(cron(2), cron(1))).toEqual([text]);
    expect(warningsOfUpdate(cron(1), cron(1))).toEqual([]);
  });
});
