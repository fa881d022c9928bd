import { useMemo } from 'react';
import { compareStrings } from '#shared/core/compare.ts';
import type { Deployment, ObjectKey, Pod } from '#shared/kube/types.ts';
import { objectKey, refOf } from '#shared/kube/types.ts';
import { Button } from '../../components/index.ts';
import { ownerColor } from '../../graph/podLook.ts';
import { type MessageKey, useT } from '../../i18n/index.ts';
import { sendCommand } from '../../store/actions.ts';
import { useCluster } from '../../store/cluster.ts';
import { openDialog, select } from '../../store/view.ts';
import { workloadActions } from '../../store/workloadActions.ts';
import { rolloutOf } from '../model/revisions.ts';
import type { RolloutView } from '../model/rollout.ts';
import { isRolling, type Rolling, useSelectedRolling } from '../selection.ts';

const NO_PODS: ReadonlyMap<ObjectKey, Pod> = new Map();

const STATE_TEXT: Record<RolloutView['state'], MessageKey> = {
  complete: 'panels:rolloutComplete',
  progressing: 'panels:rolloutProgressing',
  stalled: 'panels:rolloutStalled',
  paused: 'panels:rolloutPaused',
  refused: 'panels:rolloutRefused',
};

/** A count drawn against its limit: the line marks `limit`, the bar fills to `value` of `scale` pods. */
function Gauge({
  label,
  hint,
  value,
  limit,
  scale,
  bad,
}: {
  label: string;
  hint: string;
  value: number;
  limit: number;
  scale: number;
  bad: boolean;
}) {
  const percent = (count: number): string => `${(100 * Math.min(count, scale)) / Math.max(1, scale)}%`;
  return (
    <div className="gauge">
      <span>{label}</span>
      <div className="gauge-bar">
        <i className={bad ? 'bad' : ''} style={{ width: percent(value) }} />
        <b style={{ left: percent(limit) }} />
      </div>
      <span className="mono">{value}</span>
      <span className="muted">{hint}</span>
    </div>
  );
}

function Revisions({ workload, view }: { workload: Rolling; view: RolloutView }) {
  const t = useT();
  const colour = useCluster((state) => state.owners.get(objectKey(workload)) ?? 0);
  const ref = refOf(workload);
  const stored = workload.kind === 'Deployment' ? 'ReplicaSet' : 'ControllerRevision';
  return (
    <table className="grid">
      <thead>
        <tr>
          <th>{t('panels:revision')}</th>
          <th>{stored}</th>
          <th>{t('panels:image')}</th>
          <th className="num">{t('panels:pods')}</th>
          <th className="num">{t('panels:ready')}</th>
          <th>
            <span className="visually-hidden">{t('panels:revisionUndo')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {view.revisions.map((row) => (
          <tr key={row.name} className={row.current ? 'win' : ''}>
            <th scope="row">
              <span className="swatch" style={{ background: ownerColor(colour, row.revision) }} /> {row.revision}
              {row.current ? <span className="tag ok">{t('panels:revisionCurrent')}</span> : null}
            </th>
            <td>
              <button type="button" className="link mono" onClick={() => select(`${stored}/${ref.namespace}/${row.name}`)}>
                {row.name}
              </button>
            </td>
            <td className="mono">{row.changeCause ?? row.images.join(', ')}</td>
            <td className="num">
              {row.present} / {row.desired}
            </td>
            <td className="num">{row.ready}</td>
            <td className="actions">
              {row.current ? null : (
                <Button tone="quiet" onClick={() => void sendCommand({ type: 'rolloutUndo', ref, toRevision: row.revision })}>
                  {t('panels:revisionUndo')}
                </Button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Actions on a Deployment, as buttons. */
export function DeploymentActions({ deployment }: { deployment: Deployment }) {
  const t = useT();
  const ref = refOf(deployment);
  const paused = deployment.spec.paused === true;
  return (
    <div className="button-row">
      <Button onClick={() => openDialog({ type: 'scale', target: ref })}>{t('panels:scale')}</Button>
      <Button onClick={() => openDialog({ type: 'autoscale', target: ref })}>{t('canvas:autoscale')}</Button>
      <Button onClick={() => openDialog({ type: 'setImage', target: ref })}>{t('panels:setImage')}</Button>
      <Button onClick={() => void sendCommand({ type: 'rolloutRestart', ref })}>{t('panels:restart')}</Button>
      <Button onClick={() => void sendCommand({ type: paused ? 'rolloutResume' : 'rolloutPause', ref })}>
        {paused ? t('panels:resumeRollout') : t('panels:pauseRollout')}
      </Button>
      <Button onClick={() => void sendCommand({ type: 'rolloutUndo', ref })}>{t('panels:undoRollout')}</Button>
    </div>
  );
}

/** Buttons of the selected workload. */
function RollingActions({ workload }: { workload: Rolling }) {
  const t = useT();
  if (workload.kind === 'Deployment') return <DeploymentActions deployment={workload} />;
  return (
    <div className="button-row">
      {workloadActions(workload)
        .filter((action) => action.danger !== true)
        .map((action) => (
          <Button key={action.id} onClick={action.run}>
            {t(action.label)}
          </Button>
        ))}
    </div>
  );
}

function Gauges({ view }: { view: RolloutView }) {
  const t = useT();
  const scale = Math.max(view.ceiling, view.total);
  return (
    <div className="gauges">
      <Gauge
        label={t('panels:rolloutTotal')}
        hint={t(view.ceiling === view.desired ? 'panels:rolloutTotalMost' : 'panels:rolloutTotalHint', {
          ceiling: view.ceiling,
          desired: view.desired,
        })}
        value={view.total}
        limit={view.ceiling}
        scale={scale}
        bad={view.total > view.ceiling}
      />
      <Gauge
        label={t('panels:rolloutAvailable')}
        hint={t('panels:rolloutAvailableHint', { floor: view.floor, desired: view.desired })}
        value={view.available}
        limit={view.floor}
        scale={scale}
        bad={view.available < view.floor}
      />
      <Gauge
        label={t('panels:rolloutUpdated')}
        hint={`/ ${view.desired}`}
        value={view.updated}
        limit={view.desired}
        scale={scale}
        bad={false}
      />
    </div>
  );
}

/** Chooses among the workloads that have roll-outs; null when there is nothing to choose. */
function Chooser({ chosen }: { chosen: Rolling | null }) {
  const t = useT();
  const deployments = useCluster((state) => state.deployments);
  const others = useCluster((state) => state.workloads);
  const keys = useMemo(
    () =>
      [...deployments.values(), ...others.values()]
        .filter((workload) => isRolling(workload))
        .map(objectKey)
        .sort(compareStrings),
    [deployments, others],
  );
  if (keys.length === 0 || (keys.length === 1 && chosen)) return chosen ? <b>{chosen.metadata.name}</b> : null;
  return (
    <select
      className="input small"
      aria-label={t('panels:rolloutChoose')}
      value={chosen ? objectKey(chosen) : ''}
      onChange={(event) => select(event.target.value)}
    >
      {chosen ? null : <option value="">{t('panels:rolloutChoose')}</option>}
      {keys.map((key) => (
        <option key={key} value={key}>
          {key}
        </option>
      ))}
    </select>
  );
}

/** The roll-out of a Deployment, StatefulSet or DaemonSet against its limits, and its revisions. */
export function RolloutTab() {
  const t = useT();
  const workload = useSelectedRolling();
  const replicaSets = useCluster((state) => state.replicaSets);
  const revisions = useCluster((state) => state.revisions);
  // Pods matter only where the revisions do not count their own.
  const pods = useCluster((state) => (workload && workload.kind !== 'Deployment' ? state.pods : NO_PODS));
  const view = useMemo(
    () => (workload ? rolloutOf(workload, { replicaSets, revisions, pods }) : null),
    [workload, replicaSets, revisions, pods],
  );
  if (!workload || !view) {
    return (
      <div className="empty">
        <p>{t('panels:rolloutNone')}</p>
        <Chooser chosen={null} />
      </div>
    );
  }
  return (
    <div className="rollout-tab">
      <div className="rollout-head">
        <Chooser chosen={workload} />
        <span className={`tag ${view.state === 'refused' ? 'stalled' : view.state}`}>{t(STATE_TEXT[view.state])}</span>
        <span className="muted rollout-message">{view.message}</span>
        <RollingActions workload={workload} />
      </div>
      <Gauges view={view} />
      <Revisions workload={workload} view={view} />
    </div>
  );
}
