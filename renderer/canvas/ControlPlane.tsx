import { useEffect, useRef } from 'react';
import { MAIN_SCHEDULER } from '#shared/kube/schedulerConfig/index.ts';
import type { ComponentView } from '#shared/protocol/index.ts';
import { useT } from '../i18n/index.ts';
import { onSignal, useCluster } from '../store/cluster.ts';

/** Whether a component is a controller, as opposed to the API server and the scheduler. */
export function isController({ name, profiles }: Pick<ComponentView, 'name' | 'profiles'>): boolean {
  return profiles === undefined && !name.includes('apiserver') && !name.includes('kubelet');
}

const PULSE_MS = 420;

/** Calls for a pulse of the element whenever a signal of a matching component comes, not more often than one lasts. */
function usePulse(matches: (component: string) => boolean) {
  const element = useRef<HTMLButtonElement>(null);
  const test = useRef(matches);
  test.current = matches;
  useEffect(() => {
    let last = 0;
    return onSignal((signal) => {
      if (signal.type !== 'pulse' || !test.current(signal.component)) return;
      const now = performance.now();
      if (now - last < PULSE_MS / 2) return;
      last = now;
      element.current?.animate(
        [
          { borderColor: 'var(--ac)', boxShadow: '0 0 0 3px var(--ac-bg)' },
          { borderColor: 'var(--line)', boxShadow: '0 0 0 3px transparent' },
        ],
        { duration: PULSE_MS, easing: 'ease-out' },
      );
    });
  }, []);
  return element;
}

function Part({
  id,
  name,
  value,
  running,
  matches,
}: {
  id: string;
  name: string;
  value: string;
  running: boolean;
  matches: (component: string) => boolean;
}) {
  const t = useT();
  const element = usePulse(matches);
  return (
    <button
      ref={element}
      type="button"
      className={`plane-part ${running ? '' : 'stopped'}`}
      data-key={`Component/${id}`}
      aria-label={`${name}: ${value}`}
    >
      <span className={`led ${running ? 'ready' : 'notReady'}`} />
      <b>{name}</b>
      <span className="plane-value mono">{running ? value : t('canvas:stopped')}</span>
    </button>
  );
}

const isServer = (name: string): boolean => name.includes('apiserver');

/** API server, scheduler and controllers: they pulse as messages pass; their menu stops and starts them. */
export function ControlPlane() {
  const t = useT();
  const revision = useCluster((state) => Math.max(0, state.revision));
  const components = useCluster((state) => state.components);
  const schedulers = components.filter((component) => component.profiles !== undefined);
  const controllers = components.filter((component) => isController(component));
  const stopped = controllers.filter((component) => !component.running).length;
  const queued = controllers.reduce((sum, component) => sum + component.queued, 0);
  const controllersText = stopped > 0 ? t('canvas:stoppedOf', { count: stopped }) : t('canvas:queued', { count: queued });
  return (
    <div className="control-plane">
      <Part
        id="kube-apiserver"
        name={t('canvas:apiServer')}
        value={t('canvas:revision', { revision })}
        running
        matches={isServer}
      />
      {schedulers.map(({ name, cycles, running }) => (
        <Part
          key={name}
          id={name}
          name={name === MAIN_SCHEDULER ? t('canvas:scheduler') : name}
          // Several have to share the strip.
          value={schedulers.length > 1 ? `#${cycles}` : t('canvas:cycle', { cycle: cycles })}
          running={running}
          matches={(component) => component === name}
        />
      ))}
      <Part
        id="*"
        name={t('canvas:controllers')}
        value={controllersText}
        running={controllers.length === 0 || stopped < controllers.length}
        matches={(component) => controllers.some(({ name }) => name === component)}
      />
    </div>
  );
}
