import { expect, test } from 'vitest';
import { createSimulation } from '#engine/index.ts';
import { queryReplySchemas } from '#shared/protocol/index.ts';
import { dispatchUnknown } from './dispatch.ts';
import { fakeServices, startSession } from './testing/harness.ts';

const text = `apiVersion: stowage/v1alpha1
kind: Scenario
metadata: {name: strict}
spec:
  title: Strict
  config:
    hpa: {tolerance: 0.3}
    kubelet: {eviction: {hard: {memory.available: 1Gi}}}
    admission: {disable: [PodSecurity]}
`;

async function settings(session: Awaited<ReturnType<typeof startSession>>['session']) {
  const reply = await dispatchUnknown(session, { kind: 'query', id: 1, payload: { type: 'settings' } });
  if (!reply.ok) throw new Error(reply.error.message);
  return queryReplySchemas.settings.parse(reply.value);
}

test('the settings of the open scenario come over the wire, the usual ones where it says nothing', async () => {
  const { session } = await startSession(fakeServices({ createSimulation }));
  expect(await settings(session)).toMatchObject({
    hpa: { tolerance: 0.1, downscaleStabilizationMs: 300_000, cpuInitializationMs: 300_000, initialReadinessDelayMs: 30_000 },
    kubelet: { eviction: { hard: { 'memory.available': '100Mi', 'imagefs.available': '15%' } } },
    nodeLifecycle: { monitorGraceMs: 50_000 },
    admission: { enable: [], disable: [] },
  });
  expect(await session.control({ type: 'openText', name: 'strict.yaml', text })).toMatchObject({ ok: true });
  const strict = await settings(session);
  expect(strict.hpa).toMatchObject({ tolerance: 0.3, syncMs: 15_000 });
  expect(strict.kubelet.eviction.hard).toEqual({ 'memory.available': '1Gi' });
  expect(strict.admission).toEqual({ enable: [], disable: ['PodSecurity'] });
});
