import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { wireClientMessageSchema } from '#shared/protocol/wire.ts';
import { readAsset } from '../session/assets.ts';
import { dispatch, type Session } from '../session/index.ts';
import { securityHeaders } from '../session/policy.ts';

/** Largest message a client may send; a scenario text of the greatest size fits. */
const MAX_MESSAGE_BYTES = 40 * 1024 * 1024;
/** Close code for a client that does not keep to the protocol (RFC 6455: policy violation). */
const POLICY_VIOLATION = 1008;

/** A running browser host. */
export interface Server {
  /** Address for the person's browser, token included. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a session to browsers on this machine only: loopback address, random token in the page's address and the socket's, Host and Origin checked (so
 * that no other web page and no rebound DNS name can reach it), content security policy on each answer.
 */
export async function serve(session: Session, options: { rendererDir: string; port?: number; token?: string }): Promise<Server> {
  const token = options.token ?? randomBytes(24).toString('base64url');
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  const http = createServer();
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = http.address() as AddressInfo;
  const guard = new Guard(port, token);

  http.on('request', (request, response) => {
    void answer(request, response, guard, options.rendererDir);
  });
  http.on('upgrade', (request, socket, head) => {
    const status = guard.socketStatus(request);
    if (status !== 101) {
      refuse(socket, status);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => talk(client, session));
  });

  return {
    url: `http://127.0.0.1:${port}/?token=${token}`,
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      http.closeAllConnections();
      await new Promise<void>((resolve) => {
        http.close(() => resolve());
      });
    },
  };
}

/** Decides who may come in. */
class Guard {
  private readonly hosts: ReadonlySet<string>;
  private readonly token: Buffer;
  readonly connect: string;

  constructor(port: number, token: string) {
    this.hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
    this.token = Buffer.from(token);
    this.connect = `'self' ws://127.0.0.1:${port} ws://localhost:${port}`;
  }

  /** 200, or the status a page or file request is refused with. The page itself needs the token; its files hold no secret. */
  pageStatus(request: IncomingMessage, url: URL): number {
    if (!this.hosts.has(request.headers.host ?? '')) return 421;
    if (request.method !== 'GET' && request.method !== 'HEAD') return 405;
    if (url.pathname === '/' || url.pathname.endsWith('.html')) return this.tokenFits(url) ? 200 : 403;
    return 200;
  }

  /** 101, or the status an upgrade is refused with. Browsers always send Origin; what sends none is no browser page and is refused too. */
  socketStatus(request: IncomingMessage): number {
    const url = urlOf(request);
    if (!this.hosts.has(request.headers.host ?? '')) return 421;
    if (request.headers.origin !== `http://${request.headers.host ?? ''}`) return 403;
    if (url?.pathname !== '/ws') return 404;
    return this.tokenFits(url) ? 101 : 403;
  }

  private tokenFits(url: URL): boolean {
    const given = Buffer.from(url.searchParams.get('token') ?? '');
    return given.length === this.token.length && timingSafeEqual(given, this.token);
  }
}

function urlOf(request: IncomingMessage): URL | undefined {
  try {
    return new URL(request.url ?? '/', 'http://127.0.0.1');
  } catch {
    return undefined;
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, guard: Guard, rendererDir: string): Promise<void> {
  const url = urlOf(request);
  const status = url ? guard.pageStatus(request, url) : 400;
  if (status === 200 && url?.pathname === '/favicon.ico') {
    // Browsers ask for it by themselves; the page has its icon inside.
    response.writeHead(204).end();
    return;
  }
  const headers = { ...securityHeaders(guard.connect), 'cache-control': 'no-store' };
  const asset = url && status === 200 ? await readAsset(rendererDir, url.pathname) : undefined;
  if (!asset) {
    const code = status === 200 ? 404 : status;
    response.writeHead(code, { ...headers, 'content-type': 'text/plain; charset=utf-8' });
    response.end(code === 403 ? 'Open the address that stowage printed: it carries the token.\n' : `${code}\n`);
    return;
  }
  response.writeHead(200, { ...headers, 'content-type': asset.type, 'content-length': asset.body.length });
  response.end(request.method === 'HEAD' ? undefined : asset.body);
}

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function parseMessage(data: unknown, binary: boolean): unknown {
  if (binary) return undefined;
  try {
    return JSON.parse(String(data));
  } catch {
    return undefined;
  }
}

/** One connected page: its own frame stream, and requests answered in whatever order they are done. */
function talk(client: WebSocket, session: Session): void {
  const send = (message: unknown): void => {
    if (client.readyState === client.OPEN) client.send(JSON.stringify(message));
  };
  const stream = session.openStream((frame) => send({ kind: 'frame', frame }));
  client.on('close', () => session.closeStream(stream));
  client.on('error', () => client.terminate());
  client.on('message', (data, binary) => {
    const message = wireClientMessageSchema.safeParse(parseMessage(data, binary));
    if (!message.success) {
      client.close(POLICY_VIOLATION, 'bad message');
      return;
    }
    if (message.data.kind === 'resync') stream.resync();
    else if (message.data.kind === 'ack') stream.ack(message.data.epoch, message.data.seq);
    else {
      const { id } = message.data;
      void dispatch(session, message.data).then((result) => send({ kind: 'reply', id, result }));
    }
  });
}
