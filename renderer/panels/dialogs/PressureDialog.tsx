import { useId, useState } from 'react';
import type { Node } from '#shared/kube/types.ts';
import { Button, Dialog } from '../../components/index.ts';
import { useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { useSettings } from '../../store/settings.ts';
import { closeDialog } from '../../store/view.ts';
import { amountOf, capacityOf, isUnder, outsideUse, SIGNALS, type Signal, STOPS, thresholdsOf } from '../model/pressure.ts';
import { Foot } from './Foot.tsx';
import { Refusal, useSubmit } from './useSubmit.tsx';

/** A slider's place; undefined while nobody has touched it. */
type Places = Partial<Record<Signal, number>>;

const WORDS = {
  memory: 'objects:pressureMemory',
  disk: 'objects:pressureDisk',
  inodes: 'objects:pressureInodes',
  pid: 'objects:pressurePids',
} as const;

function Slider({
  node,
  signal,
  used,
  place,
  onPlace,
}: {
  node: Node;
  signal: Signal;
  used: string | undefined;
  place: number | undefined;
  onPlace: (place: number) => void;
}) {
  const t = useT();
  const id = useId();
  const capacity = capacityOf(node, signal);
  const eviction = useSettings()?.kubelet.eviction;
  const thresholds = eviction ? thresholdsOf(eviction, signal, capacity) : [];
  const percent = STOPS[place ?? 0] ?? null;
  const under = percent !== null && isUnder(thresholds, percent, capacity);
  const untouched = place === undefined && used !== undefined;
  const text = untouched
    ? t('objects:pressureUsed', { amount: used })
    : percent === null
      ? t('objects:pressureNone')
      : `${amountOf(signal, (capacity * percent) / 100)} · ${percent} %`;
  return (
    <div className={`slider ${under ? 'under' : ''}`}>
      <div className="slider-head">
        <label htmlFor={id}>{t(WORDS[signal])}</label>
        <output htmlFor={id}>{text}</output>
      </div>
      <input
        id={id}
        type="range"
        min={0}
        max={STOPS.length - 1}
        step={1}
        value={place ?? 0}
        aria-valuetext={text}
        onChange={(event) => onPlace(Number(event.target.value))}
      />
      {thresholds.map(({ text: threshold, graceMs }) => (
        <span key={graceMs ?? 'hard'} className="muted small">
          {graceMs === undefined
            ? t('objects:pressureNow', { threshold })
            : t('objects:pressureSoft', { threshold, seconds: graceMs / 1000 })}
        </span>
      ))}
    </div>
  );
}

/** Takes memory, disk or process IDs of a machine away, so that its kubelet comes under pressure; or gives them back. */
export function PressureDialog({ node: name }: { node: string }) {
  const t = useT();
  const form = useId();
  const node = useCluster((state) => state.nodes.get(name));
  const [places, setPlaces] = useState<Places>({});
  const { error, busy, submit } = useSubmit();
  if (!node) return null;
  const used = outsideUse(node);
  const touched = SIGNALS.filter((signal) => places[signal] !== undefined);
  const free = { type: 'setNodePressure' as const, node: name, available: null };
  return (
    <Dialog
      title={t('objects:pressureTitle', { node: name })}
      description={t('objects:pressureLead')}
      onClose={closeDialog}
      footer={<Foot form={form} busy={busy} disabled={touched.length === 0} text={t('dialogs:apply')} />}
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          submit({
            type: 'sequence',
            commands: touched.map((signal) => {
              const percent = STOPS[places[signal] ?? 0] ?? null;
              return { ...free, signal, available: percent === null ? null : `${percent}%` };
            }),
          });
        }}
      >
        {SIGNALS.map((signal) => (
          <Slider
            key={signal}
            node={node}
            signal={signal}
            used={used[signal]}
            place={places[signal]}
            onPlace={(place) => setPlaces({ ...places, [signal]: place })}
          />
        ))}
        {Object.keys(used).length > 0 ? (
          <Button
            disabled={busy}
            onClick={() => submit({ type: 'sequence', commands: SIGNALS.map((signal) => ({ ...free, signal })) })}
          >
            {t('objects:pressureReset')}
          </Button>
        ) : null}
        <Refusal error={error} />
      </form>
    </Dialog>
  );
}
