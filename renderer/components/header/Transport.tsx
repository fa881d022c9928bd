import { Pause, Play, SkipBack, SkipForward, StepBack, StepForward } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { formatClock } from '../../graph/time.ts';
import { useT } from '../../i18n/index.ts';
import { sendControl } from '../../store/actions.ts';
import { appActions, SPEEDS } from '../../store/appActions.ts';
import { useCluster } from '../../store/cluster.ts';
import { IconButton } from '../Button.tsx';
import { DropMenu } from '../Menu.tsx';

/** Virtual time. Written straight into the element: thirty times a second is no work for React. */
function Clock() {
  const t = useT();
  const element = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const show = (nowMs: number): void => {
      if (element.current) element.current.textContent = formatClock(nowMs);
    };
    show(useCluster.getState().nowMs);
    return useCluster.subscribe((state, before) => {
      if (state.nowMs !== before.nowMs) show(state.nowMs);
    });
  }, []);
  return <span ref={element} className="clock mono" role="timer" aria-label={t('shell:clock')} data-testid="clock" />;
}

/** Time in the person's hands: to the start, back, play or pause, step, to quiet; clock and speed. */
export function Transport() {
  const t = useT();
  const playing = useCluster((state) => state.session?.playing ?? false);
  const speed = useCluster((state) => state.session?.speed ?? 1);
  const quiet = useCluster((state) => state.session?.quiet ?? false);
  return (
    <div className={`transport ${playing ? 'playing' : ''}`} role="toolbar" aria-label={t('shell:time')}>
      <IconButton label={t('shell:toStart')} onClick={appActions.toStart.run}>
        <SkipBack size={15} />
      </IconButton>
      <IconButton label={t('shell:stepBack')} shortcut="," onClick={appActions.stepBack.run}>
        <StepBack size={15} />
      </IconButton>
      <IconButton
        label={t(playing ? 'shell:pause' : 'shell:play')}
        shortcut="space"
        className="play"
        onClick={appActions.playPause.run}
      >
        {playing ? (
          <Pause size={15} fill="currentColor" strokeWidth={1} />
        ) : (
          <Play size={15} fill="currentColor" strokeWidth={1} />
        )}
      </IconButton>
      <IconButton label={t('shell:step')} shortcut="." onClick={appActions.step.run}>
        <StepForward size={15} />
      </IconButton>
      <IconButton label={t('shell:settle')} shortcut="/" onClick={appActions.settle.run}>
        <SkipForward size={15} />
      </IconButton>
      <Clock />
      <DropMenu
        align="center"
        trigger={
          <button type="button" className="speed" aria-label={`${t('shell:speed')}: ${speed}×`}>
            {t('shell:speedValue', { speed })}
          </button>
        }
        entries={SPEEDS.map((one) => ({
          id: `speed-${one}`,
          label: t('shell:speedValue', { speed: one }),
          checked: one === speed,
          run: () => void sendControl({ type: 'setSpeed', speed: one }),
        }))}
      />
      <span className={`quiet-dot ${quiet ? 'quiet' : ''}`} title={quiet ? t('shell:timelineQuiet') : ''} />
    </div>
  );
}
