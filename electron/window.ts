import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  app,
  BrowserWindow,
  protocol,
  type Rectangle,
  screen,
  shell,
  type Session as WebSession,
  session as webSessions,
} from 'electron';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { readAsset } from './session/assets.ts';
import { mayOpenExternally, securityHeaders } from './session/policy.ts';

/**
 * The page's own origin. No such host can exist (RFC 6761), and no request for https leaves the process: servePage answers them all. A scheme of our own would
 * have to be registered before the app is ready, which an ES module that is loaded asynchronously cannot promise.
 */
const ORIGIN = 'https://stowage.invalid';
const PAGE = `${ORIGIN}/index.html`;
/** Is this our own page? */
export function isOwnPage(url: string): boolean {
  return url === PAGE || url.startsWith(`${PAGE}#`) || url.startsWith(`${PAGE}?`);
}

/** Answers every https request of the window: the built page with the security headers, and nothing else. */
export function servePage(rendererDir: string): void {
  protocol.handle('https', async (request) => {
    const url = new URL(request.url);
    const headers = securityHeaders("'self'");
    const asset = url.origin === ORIGIN && request.method === 'GET' ? await readAsset(rendererDir, url.pathname) : undefined;
    if (!asset) return new Response('not found', { status: 404, headers });
    return new Response(new Uint8Array(asset.body), { headers: { ...headers, 'content-type': asset.type } });
  });
}

/** Denies what a playground never needs: permissions, devices, downloads, requests to anywhere else. */
export function hardenSession(web: WebSession = webSessions.defaultSession): void {
  web.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  web.setPermissionCheckHandler(() => false);
  web.setDevicePermissionHandler(() => false);
  web.webRequest.onBeforeRequest((details, decide) => {
    const allowed = details.url.startsWith(`${ORIGIN}/`) || /^(?:devtools|data|blob):/.test(details.url);
    decide({ cancel: !allowed });
  });
  web.on('will-download', (event, item) => {
    // A file the page itself made (export of an image) is the only download there is.
    if (!item.getURL().startsWith(`blob:${ORIGIN}/`)) event.preventDefault();
  });
}

/** Navigation, new windows and webviews are denied in every web contents; links on the list go to the person's browser. */
export function hardenContents(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event, url) => {
      if (!isOwnPage(url)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      if (mayOpenExternally(url)) void shell.openExternal(url);
      return { action: 'deny' };
    });
  });
}

const placeSchema = z.object({
  x: z.number(),
  y: z.number(),
  width: z.number().min(400),
  height: z.number().min(300),
  maximized: z.boolean(),
});

function readPlace(path: string): z.infer<typeof placeSchema> | undefined {
  try {
    const parsed = placeSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success && visibleSomewhere(parsed.data) ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** A window whose screen has been unplugged would open where nobody sees it. */
function visibleSomewhere(place: Rectangle): boolean {
  return screen.getAllDisplays().some(({ workArea }) => {
    const width = Math.min(place.x + place.width, workArea.x + workArea.width) - Math.max(place.x, workArea.x);
    const height = Math.min(place.y + place.height, workArea.y + workArea.height) - Math.max(place.y, workArea.y);
    return width > 100 && height > 100;
  });
}

/** Opens the window where it last was. It shows itself once its first paint is there. */
export function openWindow(preload: string, backgroundColor: string): BrowserWindow {
  const folder = app.getPath('userData');
  const file = join(folder, 'window.json');
  const place = readPlace(file);
  const window = new BrowserWindow({
    width: place?.width ?? 1440,
    height: place?.height ?? 900,
    ...(place ? { x: place.x, y: place.y } : {}),
    minWidth: 900,
    minHeight: 600,
    show: false,
    backgroundColor,
    title: 'Stowage',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  if (place?.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => {
    mkdirSync(folder, { recursive: true });
    const text = JSON.stringify({ ...window.getNormalBounds(), maximized: window.isMaximized() });
    writeFileAtomic.sync(file, text);
  });
  void window.loadURL(PAGE);
  return window;
}
