import { Command, FolderOpen, Languages, Library, Moon, Presentation, Save, Sun } from 'lucide-react';
import { useT } from '../../i18n/index.ts';
import { type AppActionId, actionLabel, appActions } from '../../store/appActions.ts';
import { useCluster } from '../../store/cluster.ts';
import { useView } from '../../store/view.ts';
import { Button, IconButton } from '../Button.tsx';
import { Keys } from '../Keys.tsx';
import { DropMenu, type MenuEntry } from '../Menu.tsx';
import { Transport } from './Transport.tsx';

function item(id: AppActionId, extra?: Partial<MenuEntry>): MenuEntry {
  const action = appActions[id];
  return {
    id,
    label: actionLabel(id),
    ...(action.shortcut ? { shortcut: action.shortcut } : {}),
    run: action.run,
    ...extra,
  } as MenuEntry;
}

function fileEntries(canUndo: boolean, canRedo: boolean): MenuEntry[] {
  return [
    item('new'),
    item('open', { icon: <FolderOpen size={14} /> } as Partial<MenuEntry>),
    item('library', { icon: <Library size={14} /> } as Partial<MenuEntry>),
    { type: 'separator', id: 's1' },
    item('save', { icon: <Save size={14} /> } as Partial<MenuEntry>),
    item('saveAs'),
    item('exportAs'),
    { type: 'separator', id: 's2' },
    item('undo', { disabled: !canUndo } as Partial<MenuEntry>),
    item('redo', { disabled: !canRedo } as Partial<MenuEntry>),
    { type: 'separator', id: 's3' },
    item('shortcuts'),
    item('about'),
  ];
}

/** Title bar: file menu and scenario on the left, time in the middle, window choices on the right. */
export function Header() {
  const t = useT();
  const title = useCluster((state) => state.session?.title ?? '');
  const dirty = useCluster((state) => state.session?.dirty ?? false);
  const canUndo = useCluster((state) => state.session?.canUndo ?? false);
  const canRedo = useCluster((state) => state.session?.canRedo ?? false);
  const presenter = useView((state) => state.presenter);
  return (
    <header className="app-header">
      <div className="header-left">
        <DropMenu
          align="start"
          trigger={
            <button type="button" className="brand" aria-label={`Stowage, ${t('shell:file')}`}>
              <span className="logo" aria-hidden>
                S
              </span>
              <span className="brand-name">Stowage</span>
              <span className="brand-caret" aria-hidden>
                ▾
              </span>
            </button>
          }
          entries={fileEntries(canUndo, canRedo)}
        />
        <h1 className="scenario-name" title={title}>
          {title || t('shell:untitled')}
        </h1>
        {dirty ? (
          <span className="unsaved">
            <span aria-hidden>●</span> {t('shell:unsaved')}
          </span>
        ) : null}
      </div>
      <Transport />
      <div className="header-right">
        <Button onClick={appActions.commandPalette.run} icon={<Command size={14} aria-hidden />} className="commands-btn">
          {t('shell:commands')} <Keys combo="mod+k" />
        </Button>
        <IconButton
          label={t('shell:presenter')}
          shortcut="p"
          active={presenter}
          aria-pressed={presenter}
          onClick={appActions.presenter.run}
        >
          <Presentation size={16} />
        </IconButton>
        <IconButton label={t('shell:theme')} shortcut="t" onClick={appActions.theme.run}>
          <Moon size={16} className="theme-dark" />
          <Sun size={16} className="theme-light" />
        </IconButton>
        <Button onClick={appActions.language.run} aria-label={t('shell:language')} icon={<Languages size={14} aria-hidden />}>
          {t('shell:languageShort')}
        </Button>
      </div>
    </header>
  );
}
