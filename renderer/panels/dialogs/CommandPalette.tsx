import { Command } from 'cmdk';
import { compareStrings } from '#shared/core/compare.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import { Dialog, Keys } from '../../components/index.ts';
import { useT } from '../../i18n/index.ts';
import { type AppActionId, actionLabel, appActions } from '../../store/appActions.ts';
import { useCluster } from '../../store/cluster.ts';
import { nodeActions, type ObjectAction, podActions } from '../../store/objectActions.ts';
import { closeDialog, select, useView } from '../../store/view.ts';
import { ownerOf, workloadActions } from '../../store/workloadActions.ts';
import { workloadOf } from '../../store/workloads.ts';

/** Objects that may be jumped to; more would make typing slow, and searching narrows them anyway. */
const MOST_TARGETS = 400;

function useSelectionActions(): readonly ObjectAction[] {
  const key = useView((state) => state.selection.at(-1));
  const mirror = useCluster.getState();
  const { nodes, pods } = mirror;
  if (!key) return [];
  const node: Node | undefined = key.startsWith('Node//') ? nodes.get(key.slice('Node//'.length)) : undefined;
  if (node) return nodeActions(node);
  const pod: Pod | undefined = pods.get(key);
  if (pod) {
    const owner = ownerOf(pod);
    return [...podActions(pod), ...(owner ? workloadActions(owner) : [])];
  }
  const workload = workloadOf(mirror, key);
  return workload ? workloadActions(workload) : [];
}

function useTargets(): readonly string[] {
  const { nodes, pods, deployments, workloads } = useCluster.getState();
  const keys = [...[...nodes.keys()].map((name) => `Node//${name}`), ...deployments.keys(), ...workloads.keys(), ...pods.keys()];
  return keys.sort(compareStrings).slice(0, MOST_TARGETS);
}

function Item({ id, label, shortcut, run }: { id: string; label: string; shortcut?: string | undefined; run: () => void }) {
  return (
    <Command.Item
      value={`${label} ${id}`}
      className="menu-item command"
      onSelect={() => {
        closeDialog();
        run();
      }}
    >
      <span className="menu-label">{label}</span>
      {shortcut ? <Keys combo={shortcut} /> : null}
    </Command.Item>
  );
}

/** Everything that can be done, by typing a part of its name: the application's actions, the selection's, and going to an object. */
export function CommandPalette() {
  const t = useT();
  const selection = useSelectionActions();
  const targets = useTargets();
  const ids = (Object.keys(appActions) as AppActionId[]).filter((id) => id !== 'commandPalette');
  return (
    <Dialog title={t('dialogs:commandsTitle')} width={600} onClose={closeDialog}>
      <Command className="commands" label={t('dialogs:commandsTitle')} loop>
        <Command.Input className="input" placeholder={t('dialogs:commandsPlaceholder')} autoFocus />
        <Command.List className="command-list">
          <Command.Empty className="empty">{t('dialogs:commandsNone')}</Command.Empty>
          {selection.length > 0 ? (
            <Command.Group heading={t('dialogs:commandsGroupSelection')}>
              {selection
                .filter((action) => !action.disabled)
                .map((action) => (
                  <Item
                    key={action.id}
                    id={`selection ${action.id}`}
                    label={t(action.label, action.values)}
                    shortcut={action.shortcut}
                    run={action.run}
                  />
                ))}
            </Command.Group>
          ) : null}
          <Command.Group heading={t('dialogs:commandsGroupApp')}>
            {ids.map((id) => (
              <Item key={id} id={id} label={actionLabel(id)} shortcut={appActions[id].shortcut} run={appActions[id].run} />
            ))}
          </Command.Group>
          <Command.Group heading={t('dialogs:commandsGroupGo')}>
            {targets.map((key) => {
              const [kind, namespace, name] = key.split('/');
              const place = namespace && namespace !== 'default' ? ` (${namespace})` : '';
              return <Item key={key} id={key} label={`${kind} ${name}${place}`} run={() => select(key)} />;
            })}
          </Command.Group>
        </Command.List>
      </Command>
    </Dialog>
  );
}

/** Every key that does something. */
export function ShortcutsDialog() {
  const t = useT();
  const ids = (Object.keys(appActions) as AppActionId[]).filter((id) => appActions[id].shortcut !== undefined);
  return (
    <Dialog title={t('dialogs:shortcutsTitle')} width={620} onClose={closeDialog}>
      <ul className="shortcuts">
        {ids.map((id) => (
          <li key={id}>
            <span>{t(appActions[id].label)}</span>
            <Keys combo={appActions[id].shortcut ?? ''} />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
