import { join, resolve } from 'node:path';
import { app, BrowserWindow, dialog, ipcMain, Menu, nativeTheme } from 'electron';
import { createSimulation } from '#engine/index.ts';
import { IpcRouter } from './ipc/router.ts';
import { buildMenu } from './menu.ts';
import { menuTexts } from './menuText.ts';
import { type Dialogs, nodeWall, Session } from './session/index.ts';
import { hardenContents, hardenSession, isOwnPage, openWindow, servePage } from './window.ts';

const root = app.getAppPath();

let settings: { recent: readonly string[]; language: 'en' | 'ko' | null } = { recent: [], language: null };
let window: BrowserWindow | null = null;
/** Files given before the session or the window was there. */
let waitingFiles: string[] = [];
let session: Session | null = null;
let closing = false;

function language(): 'en' | 'ko' {
  return settings.language ?? (app.getLocale().startsWith('ko') ? 'ko' : 'en');
}

/** Scenario files among command line arguments: whatever is no switch and looks like YAML or JSON. */
function filesIn(argv: readonly string[], folder: string): string[] {
  return argv.filter((text) => !text.startsWith('-') && /\.(?:ya?ml|json)$/i.test(text)).map((text) => resolve(folder, text));
}

function dialogs(): Dialogs {
  const filters = (): { name: string; extensions: string[] }[] => [
    { name: menuTexts[language()].yamlFiles, extensions: ['yaml', 'yml', 'json'] },
    { name: menuTexts[language()].allFiles, extensions: ['*'] },
  ];
  return {
    openPath: async () => {
      const options = { title: menuTexts[language()].openTitle, filters: filters(), properties: ['openFile' as const] };
      const answer = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options));
      return answer.filePaths[0] ?? null;
    },
    savePath: async (suggestedName, kind) => {
      const text = menuTexts[language()];
      const options = {
        title: kind === 'scenario' ? text.saveTitle : text.exportTitle,
        defaultPath: suggestedName,
        filters: filters(),
      };
      const answer = await (window ? dialog.showSaveDialog(window, options) : dialog.showSaveDialog(options));
      return answer.canceled || answer.filePath === '' ? null : answer.filePath;
    },
  };
}

function refreshMenu(open: Session): void {
  Menu.setApplicationMenu(
    buildMenu({
      language: language(),
      recent: settings.recent,
      send: (action) => {
        if (!window) showWindow(open);
        open.menu(action);
      },
    }),
  );
}

/** A file from the file manager, a second start or the dock. */
function giveFile(path: string): void {
  if (!session) {
    waitingFiles.push(path);
    return;
  }
  session.allowPath(path);
  session.menu(`openPath:${path}`);
  window?.focus();
}

let attachWindow: (fresh: BrowserWindow) => void = () => undefined;

function showWindow(open: Session): void {
  const fresh = openWindow(join(root, 'out/preload/preload.cjs'), nativeTheme.shouldUseDarkColors ? '#0f1420' : '#f5f7fb');
  window = fresh;
  attachWindow(fresh);
  fresh.on('close', (event) => {
    if (closing || !open.dirty) return;
    event.preventDefault();
    void confirmClose(open, fresh);
  });
  fresh.on('closed', () => {
    window = null;
  });
}

async function confirmClose(open: Session, closed: BrowserWindow): Promise<void> {
  const text = menuTexts[language()];
  const { response } = await dialog.showMessageBox(closed, {
    type: 'question',
    message: text.unsavedTitle,
    detail: text.unsavedDetail,
    buttons: [text.unsavedSave, text.unsavedDiscard, text.unsavedCancel],
    defaultId: 0,
    cancelId: 2,
  });
  if (response === 2) return;
  if (response === 0 && !(await open.control({ type: 'save' })).ok) return;
  closing = true;
  closed.close();
}

async function start(): Promise<void> {
  app.on('open-file', (event, path) => {
    event.preventDefault();
    giveFile(path);
  });
  await app.whenReady();
  hardenSession();
  servePage(join(root, 'out/renderer'));
  const open = new Session({
    host: 'electron',
    version: app.getVersion(),
    userDataDir: app.getPath('userData'),
    libraryDir: join(root, 'scenarios'),
    wall: nodeWall,
    dialogs: dialogs(),
    createSimulation,
    onSettings: (changed) => {
      settings = changed;
      refreshMenu(open);
    },
    onProblem: (message) => process.stderr.write(`stowage: ${message}\n`),
  });
  const router = new IpcRouter(open, isOwnPage);
  router.listen(ipcMain);
  attachWindow = (fresh) => {
    const detach = router.attach(fresh.webContents);
    fresh.on('closed', detach);
  };
  await open.start();
  session = open;
  showWindow(open);
  for (const path of [...filesIn(process.argv.slice(1), process.cwd()), ...waitingFiles]) giveFile(path);
  waitingFiles = [];
  app.on('second-instance', (_event, argv, folder) => {
    if (!window) showWindow(open);
    else if (window.isMinimized()) window.restore();
    window?.focus();
    for (const path of filesIn(argv.slice(1), folder)) giveFile(path);
  });
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) showWindow(open);
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  let ended = false;
  app.on('will-quit', (event) => {
    if (ended) return;
    event.preventDefault();
    ended = true;
    // Whoever got here has saved, or has been asked.
    void open.close({ discard: true }).finally(() => app.quit());
  });
}

if (process.env.STOWAGE_USER_DATA) app.setPath('userData', process.env.STOWAGE_USER_DATA);
hardenContents();
// Each window is sandboxed anyway; this is for whatever else Chromium might start.
if (!app.isReady()) app.enableSandbox();
if (app.requestSingleInstanceLock()) {
  start().catch((error: unknown) => {
    process.stderr.write(`stowage: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    app.exit(1);
  });
} else app.quit();
