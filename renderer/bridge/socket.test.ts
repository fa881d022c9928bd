import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { frame } from '../testing/frames.ts';
import { openSocketBridge, type SocketLike } from './socket.ts';

class FakeSocket implements SocketLike {
  readyState = 0;
  sent: { kind: string; id?: number }[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  answer(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

let sockets: FakeSocket[] = [];
const connect = (): SocketLike => {
  const socket = new FakeSocket();
  sockets.push(socket);
  return socket;
};
const at = (index: number): FakeSocket => sockets[index] ?? expect.fail(`no socket ${index}`);

beforeEach(() => {
  sockets = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('socket bridge', () => {
  it('asks for a snapshot as soon as it is open and somebody listens', () => {
    const bridge = openSocketBridge(connect);
    bridge.onFrame(() => undefined);
    expect(at(0).sent).toEqual([]);
    at(0).open();
    expect(at(0).sent).toEqual([{ kind: 'resync' }]);
  });
  it('matches replies to requests, whatever their order, and sends early ones later', async () => {
    const bridge = openSocketBridge(connect);
    const first = bridge.control({ type: 'play' });
    const second = bridge.query({ type: 'digest' });
    at(0).open();
    expect(at(0).sent.map((message) => message.kind)).toEqual(['control', 'query']);
    at(0).answer({ kind: 'reply', id: at(0).sent[1]?.id, result: { ok: true, value: { digest: 'd', revision: 1, nowMs: 0 } } });
    at(0).answer({ kind: 'reply', id: at(0).sent[0]?.id, result: { ok: true, value: null } });
    expect(await second).toMatchObject({ ok: true, value: { digest: 'd' } });
    expect(await first).toEqual({ ok: true, value: null });
  });
  it('hands on frames and sends acknowledgements', () => {
    const seen: number[] = [];
    const bridge = openSocketBridge(connect);
    bridge.onFrame((one) => seen.push(one.seq));
    at(0).open();
    at(0).answer({ kind: 'frame', frame: frame({ seq: 7, snapshot: true }) });
    bridge.ack(1, 7);
    expect(seen).toEqual([7]);
    expect(at(0).sent.at(-1)).toEqual({ kind: 'ack', epoch: 1, seq: 7 });
  });
  it('fails open requests when the line is lost, connects again with growing pauses and asks for a snapshot', async () => {
    const bridge = openSocketBridge(connect);
    bridge.onFrame(() => undefined);
    at(0).open();
    const open = bridge.command({ type: 'cordon', node: 'a' });
    at(0).close();
    expect(await open).toMatchObject({ ok: false, error: { code: 'Disconnected' } });
    vi.advanceTimersByTime(250);
    expect(sockets).toHaveLength(2);
    at(1).close();
    vi.advanceTimersByTime(250);
    expect(sockets).toHaveLength(2);
    vi.advanceTimersByTime(250);
    at(2).open();
    expect(at(2).sent).toEqual([{ kind: 'resync' }]);
  });
});
