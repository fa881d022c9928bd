import { describe, expect, it } from 'vitest';
import { node, pod } from '../testing/builders.ts';
import { createTestCluster } from '../testing/harness.ts';
import type { Handle, Plugin } from './framework/plugin.ts';
import { unschedulable } from './framework/status.ts';
import { createScheduler } from './index.ts';

/** A cluster whose only profile has one more plugin. */
function withPlugin(build: (handle: Handle, calls: string[]) => Omit<Plugin, 'name'>) {
  const calls: string[] = [];
  let handle: Handle | undefined;
  const factory = (_args: unknown, given: Handle): Plugin => {
    handle = given;
    return { name: 'Mine', ...build(given, calls) };
  };
  const profile = { schedulerName: 'default-scheduler', plugins: { multiPoint: { enabled: [{ name: 'Mine' }] } } };
  const test = createTestCluster({
    components: (ctx) => [createScheduler(ctx, { plugins: new Map([['Mine', factory]]), profiles: [profile] })],
    config: { scheduler: { cycleMs: 0 } },
  });
  test.create(node('a', { cpu: '1' }));
  return {
    test,
    calls,
    handle: () => handle as Handle,
    nodeOf: (name: string) => test.get('Pod', 'default', name).spec.nodeName,
  };
}

describe('binding cycle', () => {
  it('runs Reserve, Permit, PreBind and PostBind in order', () => {
    const { test, calls, nodeOf } = withPlugin((_handle, seen) => {
      const note = (step: string) => {
        seen.push(step);
        return null;
      };
      return {
        reserve: () => note('reserve'),
        permit: () => ({ status: note('permit') }),
        preBind: () => note('preBind'),
        postBind: () => void note('postBind'),
      };
    });
    test.create(pod('p'));
    test.settle();
    expect([nodeOf('p'), calls]).toEqual(['a', ['reserve', 'permit', 'preBind', 'postBind']]);
  });

  it('gives the room back and backs off when PreBind refuses', () => {
    let refusals = 2;
    const { test, calls, nodeOf } = withPlugin((_handle, seen) => ({
      reserve: () => null,
      unreserve: () => void seen.push('unreserve'),
      preBind: () => (refusals-- > 0 ? unschedulable('not yet') : null),
      events: () => [{ event: { resource: 'Node', action: ~0 } }],
    }));
    test.create(pod('p', { cpu: '1' }));
    test.settle();
    expect([nodeOf('p'), calls]).toEqual([undefined, ['unreserve']]);
    expect(test.events('p')).toEqual(['Warning FailedScheduling not yet']);
    test.create(node('b', { cpu: '1' }));
    test.runFor(5_000);
    test.create(node('c', { cpu: '1' }));
    test.settle();
    expect(nodeOf('p')).toBeDefined();
  });

  it('holds the room while Permit waits, binds when allowed', () => {
    const { test, handle, nodeOf } = withPlugin(() => ({
      permit: (_state, info) =>
        info.pod.metadata.name === 'p' ? { status: { code: 'Wait', reasons: [] }, timeoutMs: 60_000 } : { status: null },
    }));
    test.create(pod('p', { cpu: '1' }));
    test.runFor(1_000);
    test.create(pod('q', { cpu: '1' }));
    test.runFor(1_000);
    expect([nodeOf('p'), nodeOf('q')]).toEqual([undefined, undefined]);
    handle().waiting?.allow('default/p', 'Mine');
    expect(nodeOf('p')).toBe('a');
  });

  it('rejects a waiting pod when its time is up, which frees the room', () => {
    const { test, nodeOf } = withPlugin(() => ({
      permit: (_state, info) =>
        info.pod.metadata.name === 'p' ? { status: { code: 'Wait', reasons: [] }, timeoutMs: 10_000 } : { status: null },
    }));
    test.create(pod('p', { cpu: '1' }));
    test.runFor(11_000);
    expect(test.events('p')).toEqual(['Warning FailedScheduling rejected due to timeout after waiting 10s at plugin Mine']);
    test.create(pod('q', { cpu: '1' }));
    test.runFor(1_000);
    expect(nodeOf('q')).toBe('a');
  });
});
