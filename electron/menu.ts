import { basename } from 'node:path';
import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuAction } from '../shared/protocol/menu.ts';
import { type MenuText, menuTexts } from './menuText.ts';

/** What the menu is made from. */
export interface MenuContext {
  language: 'en' | 'ko';
  recent: readonly string[];
  /** Sends an action to the window (opening one where there is none). */
  send: (action: MenuAction | `openPath:${string}`) => void;
}

/** Builds the application menu. Accelerators are shown here and act here; the page keeps its own keys for what has none. */
export function buildMenu(context: MenuContext): Menu {
  const text = menuTexts[context.language];
  const mac = process.platform === 'darwin';
  const item = (label: string, action: MenuAction, accelerator?: string): MenuItemConstructorOptions => ({
    id: action,
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => context.send(action),
  });
  /** Shows a key that the page itself handles (single keys must not be taken from text fields). */
  const shown = (label: string, action: MenuAction, accelerator: string): MenuItemConstructorOptions => ({
    ...item(label, action, accelerator),
    registerAccelerator: false,
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const template: MenuItemConstructorOptions[] = [
    ...(mac ? [{ role: 'appMenu' as const }] : []),
    fileMenu(context, text, item, mac),
    {
      label: text.edit,
      submenu: [
        item(text.undo, 'undo', 'CmdOrCtrl+Z'),
        item(text.redo, 'redo', mac ? 'Shift+Cmd+Z' : 'Ctrl+Y'),
        separator,
        { role: 'cut', label: text.cut },
        { role: 'copy', label: text.copy },
        { role: 'paste', label: text.paste },
        shown(text.duplicate, 'duplicate', 'CmdOrCtrl+D'),
        shown(text.deleteSelection, 'deleteSelection', 'Delete'),
        item(text.selectAll, 'selectAll', 'CmdOrCtrl+A'),
        separator,
        item(text.find, 'find', 'CmdOrCtrl+F'),
        item(text.commandPalette, 'commandPalette', 'CmdOrCtrl+K'),
      ],
    },
    {
      label: text.view,
      submenu: [
        item(text.zoomIn, 'zoomIn', 'CmdOrCtrl+Plus'),
        item(text.zoomOut, 'zoomOut', 'CmdOrCtrl+-'),
        item(text.zoomFit, 'zoomFit', 'CmdOrCtrl+0'),
        separator,
        item(text.toggleInspector, 'toggleInspector', 'CmdOrCtrl+I'),
        item(text.toggleBottom, 'toggleBottom', 'CmdOrCtrl+J'),
        item(text.presenter, 'presenter', 'F5'),
        { role: 'togglefullscreen', label: text.fullScreen },
        separator,
        {
          label: text.language,
          submenu: [
            { ...item('English', 'language:en'), type: 'radio', checked: context.language === 'en' },
            { ...item('한국어', 'language:ko'), type: 'radio', checked: context.language === 'ko' },
          ],
        },
        ...(app.isPackaged ? [] : [separator, { role: 'toggleDevTools' as const, label: text.devTools }]),
      ],
    },
    {
      label: text.cluster,
      submenu: [
        item(text.addNode, 'addNode'),
        item(text.addPod, 'addPod'),
        item(text.addDeployment, 'addDeployment'),
        separator,
        item(text.cordon, 'cordon'),
        item(text.uncordon, 'uncordon'),
        item(text.drain, 'drain'),
        separator,
        item(text.crash, 'crash'),
        item(text.recover, 'recover'),
        separator,
        item(text.schedulers, 'schedulers'),
        item(text.compare, 'compare'),
      ],
    },
    {
      label: text.time,
      submenu: [
        shown(text.playPause, 'playPause', 'Space'),
        shown(text.step, 'step', '.'),
        shown(text.stepBack, 'stepBack', ','),
        item(text.settle, 'settle', 'CmdOrCtrl+Right'),
        item(text.toStart, 'toStart', 'CmdOrCtrl+Left'),
        separator,
        shown(text.faster, 'faster', ']'),
        shown(text.slower, 'slower', '['),
      ],
    },
    { role: 'help', label: text.help, submenu: [item(text.shortcuts, 'shortcuts', 'F1'), item(text.about, 'about')] },
  ];
  return Menu.buildFromTemplate(template);
}

function fileMenu(
  context: MenuContext,
  text: MenuText,
  item: (label: string, action: MenuAction, accelerator?: string) => MenuItemConstructorOptions,
  mac: boolean,
): MenuItemConstructorOptions {
  const recent = context.recent.map(
    (path): MenuItemConstructorOptions => ({
      label: basename(path),
      toolTip: path,
      click: () => context.send(`openPath:${path}`),
    }),
  );
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  return {
    label: text.file,
    submenu: [
      item(text.new, 'new', 'CmdOrCtrl+N'),
      item(text.open, 'open', 'CmdOrCtrl+O'),
      { id: 'recent', label: text.openRecent, enabled: recent.length > 0, submenu: recent },
      item(text.library, 'library', 'CmdOrCtrl+L'),
      separator,
      item(text.save, 'save', 'CmdOrCtrl+S'),
      item(text.saveAs, 'saveAs', 'Shift+CmdOrCtrl+S'),
      item(text.exportAs, 'exportAs', 'Shift+CmdOrCtrl+E'),
      separator,
      mac ? { role: 'close', label: text.close } : { role: 'quit', label: text.quit },
    ],
  };
}
