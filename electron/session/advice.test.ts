import { expect, test } from 'vitest';
import { createSimulation } from '#engine/index.ts';
import type { Pod } from '#shared/kube/types.ts';
import { dispatchUnknown } from './dispatch.ts';
import { digestOf, fakeServices, startSession } from './testing/harness.ts';

const text = `apiVersion: v1
kind: Node
metadata: {name: a}
spec: {unschedulable: true, taints: [{key: node.kubernetes.io/unschedulable, effect: NoSchedule}]}
status: {allocatable: {cpu: "2", memory: 4Gi, pods: "10"}, capacity: {cpu: "2", memory: 4Gi, pods: "10"}}
---
apiVersion: v1
kind: Pod
metadata: {name: stuck, namespace: default}
spec: {containers: [{name: c, image: nginx, resources: {requests: {cpu: "1"}}}]}
`;

async function opened() {
  const { session } = await startSession(fakeServices({ createSimulation }));
  expect(await session.control({ type: 'openText', name: 'stuck.yaml', text })).toMatchObject({ ok: true });
  await session.control({ type: 'settle' });
  const value = async <T>(message: unknown): Promise<T> => {
    const reply = await dispatchUnknown(session, message);
    if (!reply.ok) throw new Error(reply.error.message);
    return reply.value as T;
  };
  const nodeOf = async (): Promise<string | undefined> => {
    const payload = { type: 'object', ref: { kind: 'Pod', namespace: 'default', name: 'stuck' } };
    return (await value<{ object: Pod }>({ kind: 'query', id: 3, payload })).object.spec.nodeName;
  };
  return { session, value, nodeOf };
}

test('a suggestion comes over the wire, is applied as one command and undone as one', async () => {
  const { session, value, nodeOf } = await opened();
  const before = digestOf(session);
  const { suggestions } = await value<{ suggestions: { kind: string; command: unknown }[] }>({
    kind: 'query',
    id: 1,
    payload: { type: 'suggest', namespace: 'default', name: 'stuck' },
  });
  expect(suggestions.map(({ kind }) => kind)).toEqual(['uncordon', 'addNode']);
  expect(digestOf(session)).toBe(before);
  await value({ kind: 'command', id: 2, payload: suggestions[0]?.command });
  await session.control({ type: 'settle' });
  expect(await nodeOf()).toBe('a');
  await session.control({ type: 'undo' });
  await session.control({ type: 'settle' });
  expect(await nodeOf()).toBeUndefined();
});

test('a sequence is one entry of the journal and survives its replay', async () => {
  const { session, value, nodeOf } = await opened();
  const commands = [
    { type: 'uncordon', node: 'a' },
    { type: 'label', ref: { kind: 'Node', namespace: '', name: 'a' }, set: { disk: 'ssd' }, remove: [] },
    { type: 'cordon', node: 'nobody' },
    { type: 'cordon', node: 'a' },
  ];
  const reply = await value<{ lines: string[] }>({ kind: 'command', id: 1, payload: { type: 'sequence', commands } });
  expect(reply.lines).toEqual(['node/a uncordoned', 'node/a labeled', 'Error from server (NotFound): nodes "nobody" not found']);
  await session.control({ type: 'settle' });
  expect(await nodeOf()).toBe('a');
  const after = digestOf(session);
  expect(session.state().undoLabel).toContain('uncordon a, then label node/a');
  await session.control({ type: 'undo' });
  await session.control({ type: 'redo' });
  await session.control({ type: 'settle' });
  expect(digestOf(session)).toBe(after);
  const refused = await session.command({ type: 'sequence', commands: [{ type: 'cordon', node: 'nobody' }] });
  expect(refused).toMatchObject({ ok: false, error: { code: 'NotFound' } });
});

test('previews and refusals come over the wire', async () => {
  const { session, value } = await opened();
  const preview = await value<{ pending: unknown[] }>({
    kind: 'query',
    id: 1,
    payload: { type: 'preview', command: { type: 'uncordon', node: 'a' } },
  });
  expect(preview.pending).toEqual([{ pod: 'default/stuck', to: 'a', anyOf: ['a'] }]);
  const command = { type: 'crashNode', node: 'a' } as const;
  expect(session.query({ type: 'preview', command })).toMatchObject({ ok: false, error: { code: 'BadRequest' } });
  expect(session.query({ type: 'suggest', namespace: 'default', name: 'nobody' })).toMatchObject({
    ok: false,
    error: { code: 'NotFound' },
  });
});
