import { WebSocket } from 'ws';
import type { Result } from '../shared/core/result.ts';
import type { BridgeError, Command, CommandReply, Control, Frame, Query, QueryReply } from '../shared/protocol/index.ts';

type Reply = Result<never, BridgeError>;

/** A second client of the browser host, for specs: asks and reads beside the page. */
export class SocketBridge {
  private readonly socket: WebSocket;
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private snapshots: ((frame: Frame) => void)[] = [];
  private nextId = 1;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as { kind: 'reply'; id: number; result: Reply } | { kind: 'frame'; frame: Frame };
      if (message.kind === 'reply') {
        this.waiting.get(message.id)?.(message.result);
        this.waiting.delete(message.id);
        return;
      }
      const { frame } = message;
      if (frame.snapshot) for (const done of this.snapshots.splice(0)) done(frame);
      // Not acknowledged: this client only wants snapshots, so its stream stays quiet after each.
    });
  }

  /** Connects with the token of the page's address. */
  static async connect(pageUrl: string): Promise<SocketBridge> {
    const url = new URL(pageUrl);
    const socket = new WebSocket(`ws://${url.host}/ws${url.search}`, { origin: url.origin });
    await new Promise<void>((done, failed) => {
      socket.once('open', () => done());
      socket.once('error', failed);
    });
    return new SocketBridge(socket);
  }

  command(command: Command): Promise<Result<CommandReply, BridgeError>> {
    return this.ask('command', command);
  }

  control(control: Control): Promise<Result<null, BridgeError>> {
    return this.ask('control', control);
  }

  query<Q extends Query>(query: Q): Promise<Result<QueryReply<Q['type']>, BridgeError>> {
    return this.ask('query', query);
  }

  snapshot(): Promise<Frame> {
    return new Promise((done) => {
      this.snapshots.push(done);
      this.socket.send(JSON.stringify({ kind: 'resync' }));
    });
  }

  close(): void {
    this.socket.terminate();
  }

  private ask(kind: 'command' | 'control' | 'query', payload: unknown): Promise<Reply> {
    const id = this.nextId++;
    return new Promise((done) => {
      this.waiting.set(id, done);
      this.socket.send(JSON.stringify({ kind, id, payload }));
    });
  }
}
