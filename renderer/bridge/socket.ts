import type { Result } from '#shared/core/result.ts';
import type {
  BridgeError,
  Command,
  CommandReply,
  Control,
  Frame,
  Query,
  QueryReply,
  StowageBridge,
} from '#shared/protocol/index.ts';
import type { WireClientMessage, WireRequest } from '#shared/protocol/wire.ts';

/** The part of a WebSocket the client uses; tests give their own. */
export interface SocketLike {
  readonly readyState: number;
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
}

const OPEN = 1;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 4000;
/** Version of the protocol this client was built for; the server's frames are of the same build. */
const VERSION = 1;

interface Waiting {
  resolve: (result: Result<unknown, BridgeError>) => void;
}

type ServerMessage = { kind: 'reply'; id: number; result: Result<unknown, BridgeError> } | { kind: 'frame'; frame: Frame };

/** Called when the socket opens or is lost. */
export type LinkListener = (state: 'live' | 'lost') => void;
const linkListeners = new Set<LinkListener>();

/** Tells `listener` whenever the browser host's connection comes or goes. Returns the unsubscriber. */
export function onLink(listener: LinkListener): () => void {
  linkListeners.add(listener);
  return () => linkListeners.delete(listener);
}

/** Address of the host that served this page. */
function ownAddress(): string {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const token = new URLSearchParams(location.search).get('token') ?? '';
  return `${scheme}://${location.host}/ws?token=${encodeURIComponent(token)}`;
}

/**
 * Client of the browser host: JSON over one WebSocket (shared/protocol/wire.ts). When the connection is lost, open requests fail with
 * `Disconnected`, and it connects again with growing pauses and asks for a snapshot.
 */
export function openSocketBridge(
  connect: () => SocketLike = () => new WebSocket(ownAddress()) as unknown as SocketLike,
): StowageBridge {
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<(frame: Frame) => void>();
  let nextId = 1;
  let retryMs = FIRST_RETRY_MS;
  let backlog: string[] = [];
  let socket = open();

  function open(): SocketLike {
    const fresh = connect();
    fresh.onopen = () => {
      retryMs = FIRST_RETRY_MS;
      if (listeners.size > 0) fresh.send(JSON.stringify({ kind: 'resync' }));
      for (const text of backlog) fresh.send(text);
      backlog = [];
      for (const listener of linkListeners) listener('live');
    };
    fresh.onmessage = (event) => receive(String(event.data));
    fresh.onclose = () => {
      for (const { resolve } of waiting.values()) {
        resolve({ ok: false, error: { code: 'Disconnected', message: 'The connection to the playground was lost.' } });
      }
      waiting.clear();
      backlog = [];
      for (const listener of linkListeners) listener('lost');
      setTimeout(() => {
        socket = open();
      }, retryMs);
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
    };
    return fresh;
  }

  function receive(text: string): void {
    const message = JSON.parse(text) as ServerMessage;
    if (message.kind === 'frame') for (const listener of listeners) listener(message.frame);
    else {
      waiting.get(message.id)?.resolve(message.result);
      waiting.delete(message.id);
    }
  }

  function send(message: WireClientMessage, keep: boolean): void {
    const text = JSON.stringify(message);
    if (socket.readyState === OPEN) socket.send(text);
    else if (keep) backlog.push(text);
  }

  type Body = WireRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;
  function request<T>(body: Body): Promise<Result<T, BridgeError>> {
    const id = nextId++;
    return new Promise((resolve) => {
      waiting.set(id, { resolve: resolve as Waiting['resolve'] });
      send({ ...body, id } as WireRequest, true);
    });
  }

  return {
    protocolVersion: VERSION,
    command: (payload: Command) => request<CommandReply>({ kind: 'command', payload }),
    control: (payload: Control) => request<null>({ kind: 'control', payload }),
    query: <Q extends Query>(payload: Q) => request<QueryReply<Q['type']>>({ kind: 'query', payload }),
    onFrame(listener) {
      listeners.add(listener);
      send({ kind: 'resync' }, false);
      return () => listeners.delete(listener);
    },
    ack: (epoch, seq) => send({ kind: 'ack', epoch, seq }, false),
    resync: () => send({ kind: 'resync' }, false),
  };
}
