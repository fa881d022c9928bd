import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Frame } from '#shared/protocol/index.ts';
import { nodeWall, Session } from '../session/index.ts';
import { createPod, fakeServices } from '../session/testing/harness.ts';
import { type Server, serve } from './server.ts';

let server: Server;
let session: Session;
let url: URL;

beforeAll(async () => {
  const rendererDir = join(mkdtempSync(join(tmpdir(), 'stowage-serve-')), 'renderer');
  mkdirSync(join(rendererDir, 'assets'), { recursive: true });
  writeFileSync(join(rendererDir, 'index.html'), '<!doctype html>page');
  writeFileSync(join(rendererDir, 'assets/a.js'), 'export {};');
  writeFileSync(join(rendererDir, '../secret.json'), '{}');
  session = new Session({ ...fakeServices(), wall: nodeWall });
  await session.start();
  server = await serve(session, { rendererDir });
  url = new URL(server.url);
});

afterAll(async () => {
  await server.close();
  await session.close({ discard: true });
});

function get(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  return new Promise((done, failed) => {
    const request = httpRequest(
      { host: '127.0.0.1', port: url.port, path, method, headers: { host: url.host, ...headers } },
      (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += String(chunk);
        });
        response.on('end', () => done({ status: response.statusCode ?? 0, headers: response.headers, body }));
      },
    );
    request.on('error', failed);
    request.end();
  });
}

/** Opens a socket; the status it was refused with, or the open socket. */
function dial(path: string, origin: string | undefined, host = url.host): Promise<WebSocket | number> {
  return new Promise((done) => {
    const socket = new WebSocket(`ws://127.0.0.1:${url.port}${path}`, {
      ...(origin === undefined ? {} : { origin }),
      headers: { host },
    });
    socket.on('open', () => done(socket));
    socket.on('unexpected-response', (_request, response) => done(response.statusCode ?? 0));
    socket.on('error', () => undefined);
  });
}

async function connect(): Promise<WebSocket> {
  const socket = await dial(`/ws${url.search}`, url.origin);
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
  return socket;
}

function nextMessage(socket: WebSocket): Promise<Record<string, unknown>> {
  return new Promise((done) => socket.once('message', (data) => done(JSON.parse(String(data)))));
}

describe('pages', () => {
  test('the page needs the token and comes with a strict policy', async () => {
    const page = await get(`/${url.search}`);
    expect(page).toMatchObject({ status: 200, body: '<!doctype html>page' });
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline/);
    expect(page.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  });

  test.each([
    ['no token', '/', {}, 403],
    ['a wrong token', '/?token=nope', {}, 403],
    ['another host name (DNS rebinding)', 'SELF', { host: 'evil.example:80' }, 421],
    ['a path outside the folder', '/../secret.json', {}, 404],
    ['an encoded path outside the folder', '/%2e%2e/secret.json', {}, 404],
    ['a missing file', '/assets/b.js', {}, 404],
    ['a broken escape', '/%zz', {}, 404],
  ])('%s is refused', async (_name, path, headers, status) => {
    expect((await get(path === 'SELF' ? `/${url.search}` : path, headers)).status).toBe(status);
  });

  test('files of the page are served, writing methods are not', async () => {
    expect(await get('/assets/a.js')).toMatchObject({
      status: 200,
      headers: { 'content-type': expect.stringContaining('javascript') },
    });
    expect((await get(`/${url.search}`, {}, 'POST')).status).toBe(405);
  });

  test('only loopback listens', () => {
    expect(url.hostname).toBe('127.0.0.1');
    expect(url.searchParams.get('token')).toMatch(/^[\w-]{32}$/);
  });
});

describe('socket', () => {
  test.each<[string, string, string | undefined, string | undefined, number]>([
    ['no token', '/ws', 'OWN', undefined, 403],
    ['a wrong token', '/ws?token=nope', 'OWN', undefined, 403],
    ['a foreign origin', 'SELF', 'https://evil.example', undefined, 403],
    ['no origin', 'SELF', undefined, undefined, 403],
    ['another host name', 'SELF', 'OWN', 'evil.example', 421],
    ['another path', '/other', 'OWN', undefined, 404],
  ])('%s is refused', async (_name, path, origin, host, status) => {
    const query = path === 'SELF' ? `/ws${url.search}` : path;
    expect(await dial(query, origin === 'OWN' ? url.origin : origin, host)).toBe(status);
  });

  test('requests are answered by their id, frames follow a resync', async () => {
    const socket = await connect();
    socket.send(JSON.stringify({ kind: 'command', id: 7, payload: createPod('a') }));
    expect(await nextMessage(socket)).toMatchObject({ kind: 'reply', id: 7, result: { ok: true } });
    socket.send(JSON.stringify({ kind: 'resync' }));
    const { kind, frame } = (await nextMessage(socket)) as { kind: string; frame: Frame };
    expect(kind).toBe('frame');
    expect(frame).toMatchObject({ snapshot: true, changes: [{ key: 'Pod/default/a' }] });
    socket.terminate();
  });

  test.each([['not JSON'], ['{"kind":"command","id":1,"payload":{"type":"rm"}}'], ['{"kind":"ack"}'], ['[]']])(
    '%s closes the connection',
    async (text) => {
      const socket = await connect();
      const closed = new Promise<number>((done) => socket.on('close', done));
      socket.send(text);
      expect(await closed).toBe(1008);
    },
  );

  test('a binary message closes the connection', async () => {
    const socket = await connect();
    const closed = new Promise<number>((done) => socket.on('close', done));
    socket.send(Buffer.from('{"kind":"resync"}'), { binary: true });
    expect(await closed).toBe(1008);
  });
});
