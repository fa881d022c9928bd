import { request } from 'node:http';
import { WebSocket } from 'ws';
import { expect, test } from './fixtures.ts';

test('the page may not load a script, a picture or a frame from elsewhere', async ({ app }) => {
  const denied = await app.page.evaluate(async () => {
    const reported = new Set<string>();
    document.addEventListener('securitypolicyviolation', (event) => reported.add(event.effectiveDirective));
    const script = document.createElement('script');
    script.src = 'https://example.com/x.js';
    const image = document.createElement('img');
    image.src = 'https://example.com/x.png';
    const frame = document.createElement('iframe');
    frame.src = 'https://example.com/';
    document.body.append(script, image, frame);
    while (reported.size < 3) await new Promise(requestAnimationFrame);
    for (const element of [script, image, frame]) element.remove();
    return [...reported].sort();
  });
  expect(denied).toEqual(['frame-src', 'img-src', 'script-src-elem']);
});

test('no second window opens and the page stays where it is', async ({ app }) => {
  const before = app.page.url();
  if (!app.electron) {
    // In a person's own browser a second tab is theirs to open; it would not carry the token.
    expect(before).toContain('token=');
    return;
  }
  const kept = await app.electron.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]!.webContents;
    const decided = new Promise<boolean>((done) => {
      contents.on('will-navigate', (event) => done(event.defaultPrevented));
    });
    const opened = await contents.executeJavaScript('window.open("https://example.com/") === null');
    await contents.executeJavaScript('location.href = "https://example.com/"; 0');
    return { opened, prevented: await decided, windows: BrowserWindow.getAllWindows().length };
  });
  expect(kept).toEqual({ opened: true, prevented: true, windows: 1 });
  expect(app.page.url()).toBe(before);
});

/** Status of a request to the browser host. */
function statusOf(url: URL, headers: Record<string, string>): Promise<number> {
  return new Promise((done, failed) => {
    const { hostname, port, pathname, search } = url;
    request({ hostname, port, path: `${pathname}${search}`, headers }, (response) => {
      response.resume();
      done(response.statusCode ?? 0);
    })
      .on('error', failed)
      .end();
  });
}

/** 101 when the socket opens, else the status it was refused with. */
function socketStatus(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((done) => {
    const socket = new WebSocket(url, { headers });
    socket.on('open', () => {
      socket.terminate();
      done(101);
    });
    socket.on('unexpected-response', (_request, response) => done(response.statusCode ?? 0));
    socket.on('error', () => undefined);
  });
}

test('browser host: a wrong token, Host or Origin is refused', async ({ app }) => {
  if (app.electron) {
    // There is no server at all: nothing of this process listens.
    expect(new URL(app.page.url()).port).toBe('');
    return;
  }
  const url = new URL(app.page.url());
  const { host, origin } = url;
  expect(url.hostname).toBe('127.0.0.1');
  expect(await statusOf(url, {})).toBe(200);
  expect(await statusOf(new URL('/?token=wrong', origin), {})).toBe(403);
  expect(await statusOf(new URL('/', origin), {})).toBe(403);
  expect(await statusOf(url, { host: 'evil.example' })).toBe(421);
  const socket = `ws://${host}/ws${url.search}`;
  expect(await socketStatus(socket, { origin })).toBe(101);
  expect(await socketStatus(socket, { origin: 'https://evil.example' })).toBe(403);
  expect(await socketStatus(socket, { origin, host: 'evil.example' })).toBe(421);
  expect(await socketStatus(`ws://${host}/ws?token=wrong`, { origin })).toBe(403);
});
