import { describe, expect, it } from 'vitest';
import { kindInfo } from '../registry.ts';
import type { AnyObject, ResourceQuota } from '../types.ts';
import { exceeding, increase, printAmounts, readAmounts, withoutZeros, writeAmounts } from './amounts.ts';
import { countUsage, evaluatorOf } from './index.ts';

const clock = { nowMs: 100_000, parseMs: (text: string) => Number(text) };
const evaluator = (kind: string) => {
  const info = kindInfo(kind);
  const found = info === undefined ? undefined : evaluatorOf(info);
  if (found === undefined) throw new Error(`no evaluator of ${kind}`);
  return found;
};
const usage = (kind: string, object: object) => writeAmounts(evaluator(kind).usage(object as AnyObject, clock));
const pod = (more: object = {}, metadata: object = {}) => ({
  metadata,
  spec: { containers: [{ name: 'a', resources: { requests: { cpu: '1', 'example.com/x': '2' }, limits: { cpu: '2' } } }] },
  ...more,
});

describe('amounts', () => {
  it('count up to what is more, and say it in order', () => {
    const [now, before] = [readAmounts({ b: '2', a: '1500m', c: '1' }), readAmounts({ b: '3', a: '1' })];
    expect(printAmounts(increase(now, before))).toBe('a=500m,c=1');
    expect([...exceeding(now, readAmounts({ a: '1', b: '2' }))]).toEqual(['a']);
    expect(withoutZeros(readAmounts({ a: '0', b: '0m' })).size).toBe(0);
  });
});

describe('evaluators', () => {
  it('count pods by their requests while they live', () => {
    const live = {
      'count/pods': '1',
      cpu: '1',
      'limits.cpu': '2',
      pods: '1',
      'requests.cpu': '1',
      'requests.example.com/x': '2',
    };
    expect(usage('Pod', pod())).toEqual(live);
    expect(usage('Pod', pod({ status: { phase: 'Failed' } }))).toEqual({ 'count/pods': '1' });
    const going = (at: number) => pod({}, { deletionTimestamp: String(at), deletionGracePeriodSeconds: 30 });
    expect(usage('Pod', going(80_000))).toEqual(live);
    expect(usage('Pod', going(60_000))).toEqual({ 'count/pods': '1' });
  });

  it.each([
    [{ type: 'ClusterIP', ports: [{}] }, '0', '0'],
    [{ type: 'NodePort', ports: [{}, {}] }, '2', '0'],
    [{ type: 'LoadBalancer', ports: [{}, {}] }, '2', '1'],
    [{ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [{ nodePort: 30_000 }, {}] }, '1', '1'],
  ])('count ports of a service %j', (spec, ports, balancers) => {
    expect(usage('Service', { metadata: {}, spec })).toMatchObject({
      'services.nodeports': ports,
      'services.loadbalancers': balancers,
    });
  });

  it('count claims in all and by class, in whole bytes, and what was given when that is more', () => {
    const claim = { metadata: {}, spec: { storageClassName: 'gold', resources: { requests: { storage: '1500m' } } } };
    expect(usage('PersistentVolumeClaim', claim)).toEqual({
      'count/persistentvolumeclaims': '1',
      'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
      'gold.storageclass.storage.k8s.io/requests.storage': '2',
      persistentvolumeclaims: '1',
      'requests.storage': '2',
    });
    const grown = { ...claim, status: { allocatedResources: { storage: '5' } } };
    expect(usage('PersistentVolumeClaim', grown)['requests.storage']).toBe('5');
  });

  it('know other kinds by number, some by a short name too, and events not at all', () => {
    expect(usage('ConfigMap', {})).toEqual({ configmaps: '1', 'count/configmaps': '1' });
    expect(usage('Deployment', {})).toEqual({ 'count/deployments.apps': '1' });
    const event = kindInfo('Event');
    expect(event === undefined ? 'no kind' : evaluatorOf(event)).toBeUndefined();
  });

  it('measure what they can of a quota, zero included', () => {
    const hard = { pods: '5', 'count/secrets': '1', 'count/gizmos.example.com': '1' };
    const quota = { spec: { hard } } as unknown as ResourceQuota;
    const list = (kind: string) => (kind === 'Pod' ? [pod(), pod()] : []) as unknown as AnyObject[];
    expect(writeAmounts(countUsage(quota, list, clock))).toEqual({ 'count/secrets': '0', pods: '2' });
  });
});
