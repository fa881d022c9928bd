import { describe, expect, it } from 'vitest';
import type { AnyObject, Pod } from '#shared/kube/types.ts';
import { admitWith, podObject } from '../testing.ts';
import { limitRanger } from './index.ts';

const range = (name: string, ...limits: object[]): AnyObject => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name, namespace: 'default' },
  spec: { limits },
});
const resources = (requests: object, limits: object = {}) => ({
  containers: [{ name: 'app', image: 'x:1', resources: { requests, limits } }],
});
const claim = (storage: string): AnyObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'c', namespace: 'default' },
  spec: { resources: { requests: { storage } } },
});
const message = (object: AnyObject, ...ranges: AnyObject[]) =>
  admitWith(limitRanger, { operation: 'CREATE', object }, ranges).refusal?.message ?? '';

describe('LimitRanger', () => {
  it('gives defaults to containers and init containers, and says so', () => {
    const defaults = range('a', { type: 'Container', default: { cpu: '1' }, defaultRequest: { cpu: '500m', memory: '1Gi' } });
    const object = podObject({ initContainers: [{ name: 'init', image: 'x', resources: { requests: { memory: '1Mi' } } }] });
    const admitted = admitWith(limitRanger, { operation: 'CREATE', object }, [defaults]).object as unknown as Pod;
    expect(admitted.spec.containers[0]?.resources).toEqual({ limits: { cpu: '1' }, requests: { cpu: '500m', memory: '1Gi' } });
    expect(admitted.spec.initContainers?.[0]?.resources).toEqual({
      limits: { cpu: '1' },
      requests: { cpu: '500m', memory: '1Mi' },
    });
    expect(admitted.metadata.annotations?.['kubernetes.io/limit-ranger']).toBe(
      'LimitRanger plugin set: cpu, memory request for container app; cpu limit for container app; cpu request for init container init; cpu limit for init container init',
    );
  });

  it('applies several ranges in order of their names; the first gives the default', () => {
    const [a, b] = ['1', '2'].map((cpu, at) => range('ab'[at] ?? '', { type: 'Container', default: { cpu } }));
    const admitted = admitWith(limitRanger, { operation: 'CREATE', object: podObject() }, [a, b] as AnyObject[]).object;
    expect((admitted as unknown as Pod).spec.containers[0]?.resources?.limits).toEqual({ cpu: '1' });
  });

  it.each([
    [{ min: { cpu: '100m' } }, {}, {}, 'minimum cpu usage per Container is 100m.  No request is specified'],
    [{ min: { cpu: '100m' } }, { cpu: '50m' }, {}, 'minimum cpu usage per Container is 100m, but request is 50m'],
    [{ min: { cpu: '100m' } }, { cpu: '100m' }, { cpu: '90m' }, 'minimum cpu usage per Container is 100m, but limit is 90m'],
    [{ max: { memory: '1Gi' } }, {}, {}, 'maximum memory usage per Container is 1Gi.  No limit is specified'],
    [{ max: { cpu: '1' } }, { cpu: '2' }, { cpu: '1' }, 'maximum cpu usage per Container is 1, but request is 2'],
    [
      { maxLimitRequestRatio: { cpu: '2' } },
      { cpu: '1' },
      { cpu: '3' },
      'cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000',
    ],
    [{ maxLimitRequestRatio: { cpu: '3' } }, { cpu: '1' }, { cpu: '3' }, ''],
  ])('%j on %j and %j', (rule, requests, limits, text) => {
    const refusal = message(podObject(resources(requests, limits)), range('a', { type: 'Container', ...rule }));
    expect(refusal).toBe(text === '' ? '' : `pods "p" is forbidden: ${text}`);
  });

  it('adds up the containers of a pod, and takes the larger of them and the init steps', () => {
    const limits = { cpu: '2' };
    const most = range('a', { type: 'Pod', max: { cpu: '3' } });
    const two = ['a', 'b'].map((name) => ({ name, image: 'x', resources: { limits } }));
    expect(message(podObject({ containers: two }), most)).toContain('maximum cpu usage per Pod is 3, but limit is 4');
    const init = [{ name: 'i', image: 'x', resources: { limits: { cpu: '5' } } }];
    expect(message(podObject({ ...resources({}, limits), initContainers: init }), most)).toContain('but limit is 5');
    expect(message(podObject({ ...resources({}, limits), resources: { limits: { cpu: '4' } } }), most)).toContain(
      'but limit is 4',
    );
  });

  it('looks at claims that are made and changed, and not at changed pods', () => {
    const sizes = range('a', { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '2Gi' } });
    expect(message(claim('3Gi'), sizes)).toBe(
      'persistentvolumeclaims "c" is forbidden: maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi',
    );
    const grown = { operation: 'UPDATE', object: claim('3Gi'), old: claim('1Gi') } as const;
    expect(admitWith(limitRanger, grown, [sizes]).refusal?.code).toBe(403);
    const going = { ...claim('1Gi'), metadata: { name: 'c', namespace: 'default', deletionTimestamp: '2026-01-01T00:00:00Z' } };
    expect(admitWith(limitRanger, { ...grown, old: going as unknown as AnyObject }, [sizes]).refusal).toBeNull();
    const strict = range('a', { type: 'Container', min: { cpu: '1' } });
    expect(admitWith(limitRanger, { operation: 'UPDATE', object: podObject(), old: podObject() }, [strict]).refusal).toBeNull();
  });
});
