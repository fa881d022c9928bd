import { beforeEach, describe, expect, test } from 'vitest';
import type { Frame } from '#shared/protocol/index.ts';
import { WIRE_CHANNELS } from '#shared/protocol/wire.ts';
import type { Session } from '../session/index.ts';
import { createPod, startSession } from '../session/testing/harness.ts';
import { type FrameLike, type Ipc, IpcRouter, type SenderEvent } from './router.ts';

type Handler = (event: SenderEvent, message: unknown) => unknown;

const ownFrame: FrameLike = { url: 'https://stowage.invalid/index.html' };
const own: SenderEvent = { sender: { id: 1 }, senderFrame: ownFrame };

let session: Session;
let pass: (ms: number) => void;
let handlers: Map<string, Handler>;
let sent: Frame[];

beforeEach(async () => {
  const started = await startSession();
  session = started.session;
  pass = (ms) => started.wall.pass(ms);
  handlers = new Map();
  sent = [];
  const ipc: Ipc = {
    handle: (channel, listener) => handlers.set(channel, listener),
    on: (channel, listener) => handlers.set(channel, listener),
  };
  const router = new IpcRouter(session, (url) => url.startsWith('https://stowage.invalid/'));
  router.listen(ipc);
  router.attach({ id: 1, mainFrame: ownFrame, isDestroyed: () => false, send: (_channel, frame) => sent.push(frame) });
});

const request = (event: SenderEvent, message: unknown): unknown => handlers.get(WIRE_CHANNELS.request)!(event, message);
const notice = (event: SenderEvent, message: unknown): unknown => handlers.get(WIRE_CHANNELS.notice)!(event, message);

describe('IPC router', () => {
  test('a good request from our own page is carried out', async () => {
    expect(await request(own, { kind: 'command', id: 1, payload: createPod('a') })).toMatchObject({ ok: true });
    expect(await request(own, { kind: 'query', id: 2, payload: { type: 'digest' } })).toMatchObject({
      ok: true,
      value: { revision: 1 },
    });
    expect(await request(own, { kind: 'control', id: 3, payload: { type: 'undo' } })).toEqual({ ok: true, value: null });
  });

  test.each<[string, SenderEvent]>([
    ['another window', { sender: { id: 2 }, senderFrame: ownFrame }],
    ['a frame inside the page', { sender: { id: 1 }, senderFrame: { url: ownFrame.url } }],
    ['a frame that is gone', { sender: { id: 1 }, senderFrame: null }],
  ])('%s is forbidden', async (_name, event) => {
    expect(await request(event, { kind: 'command', id: 1, payload: createPod('a') })).toMatchObject({
      ok: false,
      error: { code: 'Forbidden' },
    });
    notice(event, { kind: 'resync' });
    pass(50);
    expect(sent).toEqual([]);
    expect(session.state().canUndo).toBe(false);
  });

  test('our own window showing a foreign page is forbidden', async () => {
    const handlersOfOther = new Map<string, Handler>();
    const router = new IpcRouter(session, (url) => url.startsWith('https://stowage.invalid/'));
    router.listen({
      handle: (channel, listener) => handlersOfOther.set(channel, listener),
      on: (channel, listener) => handlersOfOther.set(channel, listener),
    });
    const foreign: FrameLike = { url: 'https://example.com/' };
    router.attach({ id: 1, mainFrame: foreign, isDestroyed: () => false, send: () => undefined });
    const reply = await handlersOfOther.get(WIRE_CHANNELS.request)!(
      { sender: { id: 1 }, senderFrame: foreign },
      { kind: 'query', id: 1, payload: { type: 'digest' } },
    );
    expect(reply).toMatchObject({ ok: false, error: { code: 'Forbidden' } });
  });

  test.each<[string, unknown]>([
    ['no message', undefined],
    ['an unknown kind', { kind: 'eval', id: 1, payload: '1' }],
    ['an unknown command', { kind: 'command', id: 1, payload: { type: 'rm' } }],
    ['a field too many', { kind: 'command', id: 1, payload: { type: 'cordon', node: 'a', extra: 1 } }],
    ['a wrong type', { kind: 'control', id: 1, payload: { type: 'setSpeed', speed: '2' } }],
    ['a speed out of range', { kind: 'control', id: 1, payload: { type: 'setSpeed', speed: 1_000 } }],
    ['no id', { kind: 'control', payload: { type: 'play' } }],
  ])('%s is a bad message', async (_name, message) => {
    expect(await request(own, message)).toMatchObject({ ok: false, error: { code: 'BadMessage' } });
  });

  test('frames flow after a resync and wait for their acknowledgement; bad notices are dropped', async () => {
    notice(own, { kind: 'resync', extra: true });
    pass(50);
    expect(sent).toEqual([]);
    notice(own, { kind: 'resync' });
    pass(50);
    expect(sent).toHaveLength(1);
    await request(own, { kind: 'command', id: 1, payload: createPod('a') });
    pass(50);
    expect(sent).toHaveLength(1);
    notice(own, { kind: 'ack', epoch: sent[0]!.epoch, seq: sent[0]!.seq });
    pass(50);
    expect(sent).toHaveLength(2);
  });
});
