import { describe, expect, it } from 'vitest';
import { ok } from '#shared/core/result.ts';
import { PLUGIN_ORDER } from '#shared/kube/admissionPlugins.ts';
import { pod } from '../../testing/builders.ts';
import { createTestCluster } from '../../testing/harness.ts';
import { admissionPlugins, chainOf, createAdmission } from './index.ts';
import { podObject } from './testing.ts';
import { AdmissionTrace } from './trace.ts';
import type { AdmissionPlugin } from './types.ts';

describe('plugin order', () => {
  it('every plugin has a name and place of upstream, once', () => {
    const names = admissionPlugins.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(PLUGIN_ORDER).toContain(name);
    const places = chainOf().map(({ name }) => PLUGIN_ORDER.indexOf(name));
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it('plugins can be left out', () => {
    const names = chainOf({ enable: [], disable: ['Priority'] }).map(({ name }) => name);
    expect(names).not.toContain('Priority');
    expect(names).toContain('NamespaceLifecycle');
  });
});

describe('trace of decisions', () => {
  const setUp = (...plugins: AdmissionPlugin[]) => {
    const trace = new AdmissionTrace(
      () => 7,
      (user) => user === 'admin',
    );
    const admission = createAdmission({ get: () => undefined, list: () => [] }, plugins, trace);
    const ask = (user: string, more: object = {}) =>
      admission.admit({
        operation: 'CREATE',
        object: podObject(),
        old: null,
        user,
        dryRun: false,
        warn: () => undefined,
        ...more,
      });
    return { trace, ask };
  };
  const ref = { kind: 'Pod', namespace: 'default', name: 'p' };
  const marker: AdmissionPlugin = {
    name: 'Marker',
    mutate: (object, request) => {
      request.warn('marked');
      return ok({
        ...object,
        metadata: { ...object.metadata, labels: { 'a/b': '1' } },
        spec: { ...(object.spec as object), priority: 1 },
      });
    },
  };
  const refuser: AdmissionPlugin = {
    name: 'Refuser',
    validate: () => ({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      code: 403,
      reason: 'Forbidden',
      message: 'no',
    }),
  };

  it('tells changed fields, warnings and the refusal', () => {
    const { trace, ask } = setUp(marker, refuser);
    expect(ask('somebody').ok).toBe(false);
    expect(trace.of(ref)).toEqual([
      {
        atMs: 7,
        operation: 'CREATE',
        user: 'somebody',
        ref,
        dryRun: false,
        steps: [
          {
            plugin: 'Marker',
            warnings: ['marked'],
            changes: [
              { path: 'metadata.labels', after: { 'a/b': '1' } },
              { path: 'spec.priority', after: 1 },
            ],
          },
          { plugin: 'Refuser', warnings: [], changes: [], refused: 'no' },
        ],
        refusal: { by: 'Refuser', code: 403, reason: 'Forbidden', message: 'no' },
      },
    ]);
    expect(trace.refusals(10)).toHaveLength(1);
  });

  it('keeps untouched requests of the person only, and no dry runs but refused rehearsals', () => {
    const { trace, ask } = setUp();
    ask('kubelet');
    expect(trace.recent(10)).toEqual([]);
    ask('admin', { dryRun: true });
    expect(trace.recent(10)).toEqual([]);
    ask('admin');
    expect(trace.recent(10)).toHaveLength(1);
    const refusing = setUp(refuser);
    refusing.ask('admin', { dryRun: true });
    expect(refusing.trace.recent(10)).toEqual([]);
    refusing.ask('admin', { dryRun: true, rehearsal: true });
    expect(refusing.trace.refusals(10)).toHaveLength(1);
  });

  it('is bounded in all and for each object', () => {
    const { trace, ask } = setUp();
    for (let i = 0; i < 1200; i++) ask('admin');
    expect(trace.recent(10_000)).toHaveLength(500);
    expect(trace.of(ref)).toHaveLength(5);
  });
});

describe('the trace of a cluster', () => {
  it('shows what became of a pod, and who refused another one', () => {
    const { client, core } = createTestCluster({ config: { admission: { enable: [], disable: ['DefaultTolerationSeconds'] } } });
    expect(client.create(pod('a')).ok).toBe(true);
    const [decision] = core.server.trace.of({ kind: 'Pod', namespace: 'default', name: 'a' });
    expect(decision?.steps.map(({ plugin, changes }) => [plugin, changes.map(({ path }) => path)])).toContainEqual([
      'Priority',
      ['spec.preemptionPolicy', 'spec.priority'],
    ]);
    expect(decision?.steps.map(({ plugin }) => plugin)).not.toContain('DefaultTolerationSeconds');
    expect(client.create({ ...pod('b'), spec: { containers: [] } }).ok).toBe(false);
    expect(client.create(pod('c', { priorityClassName: 'none' })).ok).toBe(false);
    expect(client.create(pod('a')).ok).toBe(false);
    const refusals = core.server.trace.refusals(3).map(({ ref, refusal }) => [ref.name, refusal?.by]);
    expect(refusals).toEqual([
      ['a', 'storage'],
      ['c', 'Priority'],
      ['b', 'validation'],
    ]);
  });
});
