import '../autoscaling.css';
import { controllerOf, podRequests } from '#shared/kube/pod.ts';
import { milliValue, parseQuantity } from '#shared/kube/quantity.ts';
import type { Container } from '#shared/kube/types.ts';
import { objectKey } from '#shared/kube/types.ts';
import { Button } from '../../components/index.ts';
import { bytesText } from '../../graph/units.ts';
import { useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { templateOf, type Workload, workloadSummary } from '../../store/workloads.ts';
import { UsageCharts } from '../charts/UsageCharts.tsx';
import { metricText } from '../model/autoscaling.ts';
import {
  eachPod,
  LOAD_PRESETS,
  LOAD_SHAPES,
  type LoadDraft,
  presetLoad,
  quantityMilli,
  reshape,
  shareAt,
  stairs,
} from '../model/load.ts';
import { ObjectLink } from './AutoscalerDetails.tsx';
import { LoadCurve } from './LoadCurve.tsx';
import { LoadDial } from './LoadDial.tsx';
import { Section } from './parts.tsx';
import { useLoadDraft } from './useLoadDraft.ts';

const MEBIBYTE = 1024 * 1024;
const CPU_SCALE = { least: 10, most: 20_000 };
const REQUEST_SCALE = { least: 1000, most: 10_000_000 };
const MEMORY_SCALE = { least: 16, most: 65_536 };
/** What a workload without requests is taken to be made for: half a core each. */
const FALLBACK_MILLI = 500;

/** Kinds whose load can be set here. */
export function bearsLoad(kind: string): boolean {
  return ['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'DaemonSet'].includes(kind);
}

function parseBytes(text: string): number | undefined {
  const parsed = parseQuantity(text);
  return parsed.ok && parsed.value.nano >= 0n ? Number(parsed.value.nano / 1_000_000_000n) : undefined;
}

interface Sizes {
  readonly ready: number;
  readonly requestMilli: number;
  readonly limitMilli: number | undefined;
  /** CPU that the workload asks for altogether. */
  readonly baseMilli: number;
}

function sizesOf(workload: Workload, container: unknown): Sizes {
  const spec = templateOf(workload)?.spec;
  const { done, wanted } = workloadSummary(workload);
  const working: Container | undefined = spec?.containers.find(({ name }) => name === container) ?? spec?.containers[0];
  const limit = working?.resources?.limits?.cpu ?? spec?.resources?.limits?.cpu;
  const requestMilli = spec ? (podRequests({ spec }).cpu ?? 0) : 0;
  return {
    ready: done,
    requestMilli,
    limitMilli: limit === undefined ? undefined : milliValue(limit),
    baseMilli: (requestMilli || FALLBACK_MILLI) * Math.max(1, wanted),
  };
}

function Effect({ draft, sizes, nowSeconds }: { draft: LoadDraft; sizes: Sizes; nowSeconds: number }) {
  const t = useT();
  const total = draft.cpuMilli * shareAt(draft, nowSeconds);
  if (draft.cpuMilli === 0) return <p className="note">{t('autoscaling:loadNone')}</p>;
  if (sizes.ready === 0) return <p className="note">{t('autoscaling:loadNobody')}</p>;
  const { milli, capped } = eachPod(total, sizes.ready, sizes.limitMilli);
  const words = { total: metricText('cpu', Math.round(total)), count: sizes.ready, each: metricText('cpu', milli) };
  const share = sizes.requestMilli > 0 ? Math.floor((100 * milli) / sizes.requestMilli) : null;
  return (
    <p className={`load-effect ${capped ? 'capped' : ''}`} aria-live="polite">
      {t('autoscaling:loadEach', words)}{' '}
      {share === null
        ? t('autoscaling:loadNoRequest')
        : t('autoscaling:loadShare', { percent: share, request: metricText('cpu', sizes.requestMilli) })}
      {capped ? ` ${t('autoscaling:loadCapped', { limit: metricText('cpu', sizes.limitMilli ?? 0) })}` : ''}
    </p>
  );
}

function NumberField({
  label,
  value,
  min,
  max,
  onValue,
}: {
  label: string;
  value: number;
  min: number;
  max: number;
  onValue: (value: number) => void;
}) {
  return (
    <label className="load-number">
      <span>{label}</span>
      <input
        className="input small mono"
        type="number"
        min={min}
        max={max}
        value={value}
        onChange={(event) => onValue(Math.min(max, Math.max(min, Math.round(Number(event.target.value) || min))))}
      />
    </label>
  );
}

function Timing({ draft, commit, nowSeconds }: { draft: LoadDraft; commit: (draft: LoadDraft) => void; nowSeconds: number }) {
  const t = useT();
  if (draft.shape === 'constant') return null;
  const seconds = (value: number): void =>
    commit({
      ...draft,
      seconds: value,
      ...(draft.shape === 'steps' ? { startSeconds: Math.floor(nowSeconds), steps: stairs(Math.floor(nowSeconds), value) } : {}),
    });
  const label = { ramp: t('autoscaling:rampSeconds'), wave: t('autoscaling:waveSeconds'), steps: t('autoscaling:stepSeconds') }[
    draft.shape
  ];
  return (
    <div className="load-timing">
      <NumberField label={label} value={draft.seconds} min={10} max={86_400} onValue={seconds} />
      {draft.shape === 'steps' ? null : (
        <NumberField
          label={t(draft.shape === 'ramp' ? 'autoscaling:rampFrom' : 'autoscaling:waveFrom')}
          value={Math.round(draft.low * 100)}
          min={0}
          max={100}
          onValue={(percent) => commit({ ...draft, low: percent / 100 })}
        />
      )}
    </div>
  );
}

function Dials({
  draft,
  move,
  commit,
}: {
  draft: LoadDraft;
  move: (draft: LoadDraft) => void;
  commit: (draft: LoadDraft) => void;
}) {
  const t = useT();
  const wire = (field: 'cpuMilli' | 'requestsMilli' | 'memoryBytes', unit = 1) => ({
    value: draft[field] / unit,
    onChange: (value: number) => move({ ...draft, [field]: value * unit }),
    onCommit: (value: number) => commit({ ...draft, [field]: value * unit }),
  });
  return (
    <>
      <LoadDial
        label={t('autoscaling:cpuTotal')}
        scale={CPU_SCALE}
        print={(milli) => metricText('cpu', milli)}
        parse={quantityMilli}
        {...wire('cpuMilli')}
      />
      <LoadDial
        label={t('autoscaling:requestsTotal')}
        scale={REQUEST_SCALE}
        print={(milli) => metricText('plain', milli)}
        parse={quantityMilli}
        {...wire('requestsMilli')}
      />
      <LoadDial
        label={t('autoscaling:memoryTotal')}
        scale={MEMORY_SCALE}
        print={(mebibytes) => bytesText(mebibytes * MEBIBYTE)}
        parse={(text) => {
          const bytes = parseBytes(text);
          return bytes === undefined ? undefined : bytes / MEBIBYTE;
        }}
        {...wire('memoryBytes', MEBIBYTE)}
      />
    </>
  );
}

function LoadForm({ workload }: { workload: Workload }) {
  const t = useT();
  const nowSeconds = useCluster((state) => Math.floor(state.nowMs / 1000));
  const { text, stored, draft, move, commit, remove } = useLoadDraft(workload);
  const sizes = sizesOf(workload, draft.rest.container);
  const peak = draft.cpuMilli > 0 ? metricText('cpu', draft.cpuMilli) : metricText('plain', draft.requestsMilli);
  return (
    <>
      {text !== undefined && stored === undefined ? (
        <div className="notice">
          {t('autoscaling:loadByHand')}
          <code className="mono load-json">{text}</code>
        </div>
      ) : null}
      <div className="chips load-presets" role="group" aria-label={t('autoscaling:presets')}>
        {LOAD_PRESETS.map((preset) => (
          <button
            key={preset}
            type="button"
            className="chip choice"
            onClick={() => commit(presetLoad(preset, draft, sizes.baseMilli, nowSeconds))}
          >
            {t(`autoscaling:preset_${preset}`)}
          </button>
        ))}
      </div>
      <Dials draft={draft} move={move} commit={commit} />
      <div className="load-shapes" role="group" aria-label={t('autoscaling:shape')}>
        {LOAD_SHAPES.map((shape) => (
          <button
            key={shape}
            type="button"
            className="segment"
            aria-pressed={draft.shape === shape}
            onClick={() => commit(reshape(draft, shape, nowSeconds))}
          >
            {t(`autoscaling:shape_${shape}`)}
          </button>
        ))}
      </div>
      <Timing draft={draft} commit={commit} nowSeconds={nowSeconds} />
      {draft.cpuMilli + draft.requestsMilli > 0 ? <LoadCurve draft={draft} nowSeconds={nowSeconds} peakText={peak} /> : null}
      <Effect draft={draft} sizes={sizes} nowSeconds={nowSeconds} />
      <details className="manifest">
        <summary>{t('autoscaling:loadHow')}</summary>
        <p className="note">{t('autoscaling:loadExplained')}</p>
      </details>
      {text === undefined ? null : (
        <div className="button-row load-remove">
          <Button onClick={remove}>{t('autoscaling:loadRemove')}</Button>
        </div>
      )}
    </>
  );
}

/** The load on a workload, to be dragged; and what its pods use, over time. */
export function LoadSection({ workload }: { workload: Workload }) {
  const t = useT();
  if (!bearsLoad(workload.kind)) return null;
  const owner = controllerOf(workload);
  const key = objectKey(workload);
  return (
    <>
      <Section title={t('autoscaling:load')}>
        {owner ? (
          <p className="note">
            {t('autoscaling:loadOnOwner')} <ObjectLink id={`${owner.kind}/${workload.metadata.namespace ?? ''}/${owner.name}`} />
          </p>
        ) : (
          <LoadForm key={key} workload={workload} />
        )}
      </Section>
      <Section title={t('autoscaling:use')}>
        <UsageCharts key={key} id={key} />
      </Section>
    </>
  );
}
