import { memo, useMemo } from 'react';
import type { NodeProps } from 'reactflow';
import { boundedChips } from '../graph/filter.ts';
import { type Bar, type CardModel, cardModel } from '../graph/model.ts';
import { amountText } from '../graph/units.ts';
import { useT } from '../i18n/index.ts';
import { useCluster } from '../store/cluster.ts';
import { useMetrics } from '../store/metrics.ts';
import { useView } from '../store/view.ts';
import { PodGrid } from './PodGrid.tsx';
import { useTurn } from './staged.ts';
import { useVerdict, type Verdict, VerdictLine } from './verdict.tsx';

const NO_PODS: readonly never[] = [];
/** Characters of chips that fit into a card's line. */
const CHIP_ROOM = 36;

/** A card's content, recomputed only when its node, one of its pods, or the families change. */
export function useCardModel(name: string): CardModel | null {
  const node = useCluster((state) => state.nodes.get(name));
  const pods = useCluster((state) => state.podsByNode.get(name)) ?? NO_PODS;
  const owners = useCluster((state) => state.owners);
  const lineage = useCluster((state) => state.lineage);
  return useMemo(() => (node ? cardModel(node, pods, owners, lineage) : null), [node, pods, owners, lineage]);
}

/** A machine, as React Flow node. Its identity is its name; everything else it reads from the mirror. From afar it is a frame only: see TileLayer. */
export const NodeCard = memo(function NodeCard({ id, selected }: NodeProps) {
  const fault = useCluster((state) => state.faults[id]);
  const draining = useCluster((state) => state.draining.includes(id));
  const cordoned = useCluster((state) => state.nodes.get(id)?.spec.unschedulable === true);
  const tiles = useView((state) => state.tiles);
  const target = useView((state) => state.dropNode === id || state.pointedNode === id);
  const verdict = useVerdict(id);
  const turn = useTurn(!tiles);
  const classes = [
    'card',
    tiles ? 'tile' : '',
    selected ? 'selected' : '',
    target ? 'drop-target' : '',
    fault ?? '',
    draining ? 'draining' : '',
    cordoned ? 'cordoned' : '',
  ];
  if (verdict) classes.push(verdict.kind);
  return (
    <div className={classes.filter(Boolean).join(' ')} data-node-name={id} data-key={`Node//${id}`}>
      {turn ? <Content name={id} fault={fault} draining={draining} verdict={verdict} /> : null}
    </div>
  );
});

function Content({ name, fault, draining, verdict }: Omit<Parts, 'model'> & { name: string }) {
  const model = useCardModel(name);
  return model ? <Detail model={model} fault={fault} draining={draining} verdict={verdict} /> : null;
}

interface Parts {
  model: CardModel;
  fault: 'crashed' | 'partitioned' | undefined;
  draining: boolean;
  verdict: Verdict | null;
}

function Detail({ model, fault, draining, verdict }: Parts) {
  const t = useT();
  return (
    <>
      <div className="card-head">
        <span className={`led ${fault === 'crashed' ? 'unknown' : model.ready}`} title={t(`canvas:${model.ready}`)} />
        <b className="card-name">{model.name}</b>
        {model.controlPlane ? <span className="card-role">{t('canvas:controlPlane')}</span> : null}
        <span className="card-zone">
          {model.zone ?? t('canvas:noZone')} · {model.sizeText}
        </span>
      </div>
      <Chips model={model} fault={fault} draining={draining} />
      {model.bars.map((bar) => (
        <ResourceBar key={bar.resource} node={model.name} bar={bar} extra={verdict?.extra?.[bar.resource] ?? 0} />
      ))}
      <PodGrid node={model.name} pods={model.pods} />
      {verdict ? <VerdictLine verdict={verdict} /> : null}
    </>
  );
}

const PRESSURE_WORDS = {
  MemoryPressure: 'objects:memoryPressure',
  DiskPressure: 'objects:diskPressure',
  PIDPressure: 'objects:pidPressure',
  NetworkUnavailable: 'objects:networkUnavailable',
} as const;

function Chips({ model, fault, draining }: Omit<Parts, 'verdict'>) {
  const t = useT();
  const states: { id: string; text: string; title: string; tone: string }[] = [];
  if (fault) states.push({ id: fault, text: t(`canvas:${fault}`), title: t(`canvas:${fault}`), tone: 'state bad' });
  for (const pressure of model.pressures)
    states.push({ id: pressure, text: t(PRESSURE_WORDS[pressure]), title: pressure, tone: 'state bad' });
  if (draining) states.push({ id: 'draining', text: t('canvas:draining'), title: t('canvas:draining'), tone: 'state warn' });
  if (model.cordoned) states.push({ id: 'cordoned', text: t('canvas:cordoned'), title: t('canvas:cordoned'), tone: 'state bad' });
  if (model.ready !== 'ready' && !fault)
    states.push({
      id: 'ready',
      text: t(`canvas:${model.ready}`),
      title: '',
      tone: model.ready === 'joining' ? 'state' : 'state bad',
    });
  const taints = model.taints.map((taint) => ({
    ...taint,
    tone: taint.effect === 'NoExecute' ? 'bad' : taint.effect === 'PreferNoSchedule' ? 'soft' : 'warn',
  }));
  const labels = model.labels.map((label) => ({ ...label, tone: '' }));
  const { shown, hidden } = boundedChips([...states, ...taints, ...labels], CHIP_ROOM);
  return (
    <div className="card-chips">
      {shown.map((chip) => (
        <span key={chip.id} className={`chip ${chip.tone}`} title={chip.title}>
          {chip.text}
        </span>
      ))}
      {hidden.length > 0 ? (
        <span
          className="chip more"
          title={t('canvas:moreLabels', { count: hidden.length, list: hidden.map((chip) => chip.title).join(', ') })}
        >
          +{hidden.length}
        </span>
      ) : null}
    </div>
  );
}

function shortResource(resource: string): string {
  return resource.slice(resource.lastIndexOf('/') + 1);
}

/** What the node's pods use of a resource, as a thin line in its bar. It alone is drawn again when a measurement changes. */
const UsageMark = memo(function UsageMark({ node, resource, total }: { node: string; resource: string; total: number }) {
  const t = useT();
  const used = useMetrics((state) => {
    const usage = state.nodes.get(node);
    return resource === 'cpu' ? usage?.cpuMilli : usage?.memoryBytes;
  });
  if (used === undefined || total <= 0) return null;
  const words = t('autoscaling:usesOf', { used: amountText(resource, used) });
  return <i className="usage" title={words} style={{ transform: `scaleX(${Math.min(1, used / total)})` }} />;
});

const ResourceBar = memo(function ResourceBar({ node, bar, extra }: { node: string; bar: Bar; extra: number }) {
  const t = useT();
  const known =
    bar.resource === 'cpu' || bar.resource === 'memory' || bar.resource === 'pods' || shortResource(bar.resource) === 'gpu';
  const label = known
    ? t(`canvas:${shortResource(bar.resource) as 'cpu' | 'memory' | 'pods' | 'gpu'}`)
    : shortResource(bar.resource);
  const share = bar.total > 0 ? Math.min(1, bar.used / bar.total) : 0;
  const more = bar.total > 0 ? Math.min(1 - share, extra / bar.total) : 0;
  return (
    <div className="bar" title={`${bar.resource}: ${bar.text}`}>
      <span className="bar-label">{label}</span>
      <span className="bar-track">
        <i className={share > 0.9 ? 'full' : ''} style={{ transform: `scaleX(${share})` }} />
        {more > 0 ? <i className="extra" style={{ left: `${share * 100}%`, width: `${more * 100}%` }} /> : null}
        {bar.resource === 'cpu' || bar.resource === 'memory' ? (
          <UsageMark node={node} resource={bar.resource} total={bar.total} />
        ) : null}
      </span>
      <span className="bar-text">{bar.text}</span>
    </div>
  );
});
