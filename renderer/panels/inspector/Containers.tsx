import type { Pod } from '#shared/kube/types.ts';
import { refOf } from '#shared/kube/types.ts';
import { useT } from '../../i18n/index.ts';
import { sendCommand } from '../../store/actions.ts';
import { useCluster } from '../../store/cluster.ts';
import { type ContainerRow, containersByRole, type LastRun, type ProbeView } from '../../store/containers.ts';
import { printAge } from '../time.ts';
import { Countdown, startMs } from './Countdown.tsx';
import { Section } from './parts.tsx';

/** How long ago a moment was, in whole seconds of the cluster's clock. */
function Ago({ atMs }: { atMs: number }) {
  const t = useT();
  const seconds = useCluster((state) => Math.max(0, Math.floor((startMs(state.session?.startTime) + state.nowMs - atMs) / 1000)));
  return <>{t('panels:ago', { time: printAge(seconds * 1000).replace(/\.0s$/, 's') })}</>;
}

function Last({ last }: { last: LastRun }) {
  const t = useT();
  return (
    <p className="container-line muted">
      {t('objects:lastEnd', { reason: last.reason, code: last.exitCode })}
      {last.finishedMs === null ? null : (
        <>
          {' · '}
          <Ago atMs={last.finishedMs} />
        </>
      )}
    </p>
  );
}

function Probe({ pod, container, probe }: { pod: Pod; container: string; probe: ProbeView }) {
  const t = useT();
  const ref = refOf(pod);
  const set = (outcome: 'pass' | 'fail') => () =>
    void sendCommand({ type: 'setProbe', ref, container, probe: probe.kind, outcome });
  const detail = t('objects:probeDetail', {
    delay: probe.delaySeconds,
    timeout: probe.timeoutSeconds,
    success: probe.successThreshold,
    failure: probe.failureThreshold,
  });
  return (
    <li className="probe">
      <div>
        <b>{t(`objects:probe_${probe.kind}`)}</b> <span className="mono">{probe.handler}</span>
        <div className="muted small" title={detail}>
          {t('objects:probeEvery', { period: probe.periodSeconds, failure: probe.failureThreshold })}
          {probe.script !== null && probe.told === null ? ` · ${probe.script}` : ''}
        </div>
      </div>
      <fieldset className="probe-set">
        <legend className="visually-hidden">{t(`objects:probe_${probe.kind}`)}</legend>
        <button type="button" aria-pressed={probe.script === null || probe.told === 'pass'} onClick={set('pass')}>
          {t('objects:passes')}
        </button>
        <button type="button" className="fails" aria-pressed={probe.told === 'fail'} onClick={set('fail')}>
          {t('objects:fails')}
        </button>
      </fieldset>
    </li>
  );
}

function Facts({ row }: { row: ContainerRow }) {
  const t = useT();
  const facts = [
    ...(row.restarts > 0 ? [t('objects:restarted', { count: row.restarts })] : []),
    ...(row.state.kind === 'running' && row.role !== 'init' ? [t(row.ready ? 'objects:isReady' : 'objects:notReady')] : []),
    ...(row.state.kind === 'running' && row.started === false ? [t('objects:notStarted')] : []),
  ];
  return facts.length > 0 ? <p className="container-line muted">{facts.join(' · ')}</p> : null;
}

function One({ pod, row }: { pod: Pod; row: ContainerRow }) {
  const t = useT();
  const { state } = row;
  return (
    <li className={`container ${state.tone}`}>
      <div className="container-head">
        <b>{row.name}</b>
        <span className={`tag ${state.tone === 'bad' ? 'bad' : state.tone === 'ok' ? 'ok' : ''}`}>
          {state.exitCode === null ? state.text : t('objects:endedWith', { reason: state.text, code: state.exitCode })}
        </span>
        {row.retryMs === null ? null : (
          <Countdown key={row.retryMs} untilMs={row.retryMs} say={(left) => t('objects:restartsIn', { left })} />
        )}
      </div>
      <div className="mono muted small">{row.image}</div>
      {state.message === '' ? null : <p className="container-line small">{state.message}</p>}
      <Facts row={row} />
      {row.last ? <Last last={row.last} /> : null}
      {row.probes.length > 0 ? (
        <ul className="probes">
          {row.probes.map((probe) => (
            <Probe key={probe.kind} pod={pod} container={row.name} probe={probe} />
          ))}
        </ul>
      ) : null}
    </li>
  );
}

/** Every container of a pod: what it does, how it ended last, and its probes with the switch that makes them fail. */
export function Containers({ pod }: { pod: Pod }) {
  const t = useT();
  return (
    <>
      {containersByRole(pod).map(({ role, rows }) => (
        <Section key={role} title={t(`objects:role_${role}`)}>
          <ul className="containers">
            {rows.map((row) => (
              <One key={row.name} pod={pod} row={row} />
            ))}
          </ul>
        </Section>
      ))}
    </>
  );
}
