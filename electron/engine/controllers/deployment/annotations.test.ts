import { describe, expect, it } from 'vitest';
import { deployment, replicaSet } from '../../testing/builders.ts';
import { safeEncode } from '../common/fnv.ts';
import { computeHash } from '../common/templateHash.ts';
import { maxRevision, newReplicaSetAnnotations, REVISION, REVISION_HISTORY, revisionOf } from './annotations.ts';
import { rollbackTemplate } from './rollback.ts';
import { equalIgnoreHash } from './template.ts';

function annotated<T extends { metadata: object }>(object: T, annotations: Record<string, string>): T {
  return { ...object, metadata: { ...object.metadata, annotations } };
}

describe('annotations of the newest ReplicaSet', () => {
  it('copies what is the user’s and raises the revision', () => {
    const owner = annotated(deployment('web'), {
      note: 'x',
      [REVISION]: '7',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
    });
    expect(newReplicaSetAnnotations(owner, undefined, 3)).toEqual({ note: 'x', [REVISION]: '3' });
  });

  it('keeps former revisions, compared as numbers', () => {
    const one = annotated(replicaSet('web-1'), { [REVISION]: '9', [REVISION_HISTORY]: '2,5' });
    expect(newReplicaSetAnnotations(deployment('web'), one, 10)).toEqual({ [REVISION]: '10', [REVISION_HISTORY]: '2,5,9' });
    expect(newReplicaSetAnnotations(deployment('web'), one, 8)).toEqual(one.metadata.annotations);
  });

  it('drops the oldest of a history that grows too long', () => {
    const history = Array.from({ length: 500 }, (_none, at) => String(1000 + at)).join(',');
    const one = annotated(replicaSet('web-1'), { [REVISION]: '1500', [REVISION_HISTORY]: history });
    const next = newReplicaSetAnnotations(deployment('web'), one, 1501)[REVISION_HISTORY] ?? '';
    expect(next.length).toBeLessThanOrEqual(2000);
    expect(next.endsWith(',1500')).toBe(true);
  });

  it('reads revisions', () => {
    expect(revisionOf(replicaSet('a'))).toBe(0);
    expect(revisionOf(annotated(replicaSet('a'), { [REVISION]: 'x' }))).toBeUndefined();
    expect(maxRevision([annotated(replicaSet('a'), { [REVISION]: '3' }), annotated(replicaSet('b'), { [REVISION]: 'x' })])).toBe(
      3,
    );
  });
});

describe('templates', () => {
  const template = deployment('web', { cpu: '1' }).spec.template;

  it('are equal when they mean the same', () => {
    const other = deployment('web', { cpu: '1000m' }).spec.template;
    const labelled = {
      ...other,
      metadata: { ...other.metadata, labels: { app: 'web', 'pod-template-hash': 'abc' }, annotations: {} },
    };
    expect(equalIgnoreHash(template, labelled)).toBe(true);
    expect(equalIgnoreHash(template, deployment('web', { cpu: '2' }).spec.template)).toBe(false);
    expect(
      equalIgnoreHash(template, deployment('web', { cpu: '1', spec: { volumes: [{ name: 'a', emptyDir: {} }] } }).spec.template),
    ).toBe(false);
  });

  it('hash as the real controller does', () => {
    const spec = {
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      securityContext: {},
      schedulerName: 'default-scheduler',
      containers: [
        {
          name: 'app',
          image: 'registry.example/app:v1',
          resources: {},
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          imagePullPolicy: 'IfNotPresent',
        },
      ],
    };
    const whole = { metadata: { labels: { app: 'web' } }, spec };
    expect(computeHash(whole)).toBe('7874c6d779');
    expect(computeHash(whole, 1)).toBe('856db6659d');
    const held = (wwids: string[]) => computeHash({ ...whole, spec: { ...spec, volumes: [{ name: 'v', fc: { wwids } }] } });
    expect(held(['a'])).not.toBe(held(['b']));
    expect(safeEncode('0123456789')).toBe('456789bcdf');
  });
});

describe('rollback', () => {
  const old = annotated(replicaSet('web-1', { spec: { containers: [{ name: 'app', image: 'a' }] } }), {
    [REVISION]: '1',
    note: 'first',
  });
  const now = annotated(replicaSet('web-2', { spec: { containers: [{ name: 'app', image: 'b' }] } }), {
    [REVISION]: '2',
    note: 'second',
  });
  const owner = annotated(deployment('web', { spec: { containers: [{ name: 'app', image: 'b' }] } }), {
    [REVISION]: '2',
    note: 'second',
  });
  const relabelled = { ...owner, spec: { ...owner.spec, template: now.spec.template } };

  it('brings back the revision before', () => {
    const back = rollbackTemplate(relabelled, [old, now], 0);
    expect(back.ok && back.value.revision).toBe(1);
    expect(back.ok && back.value.template.spec?.containers[0]?.image).toBe('a');
    expect(back.ok && back.value.annotations).toEqual({ [REVISION]: '2', note: 'first' });
    expect(back.ok && back.value.unchanged).toBe(false);
  });

  it('notices the present revision and says what is missing', () => {
    const same = rollbackTemplate(relabelled, [old, now], 2);
    expect(same.ok && same.value.unchanged).toBe(true);
    expect(rollbackTemplate(relabelled, [old, now], 77)).toEqual({
      ok: false,
      error: 'unable to find specified revision 77 in history',
    });
    expect(rollbackTemplate(relabelled, [now], 0)).toEqual({ ok: false, error: 'no rollout history found for deployment "web"' });
  });
});
