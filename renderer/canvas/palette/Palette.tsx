import {
  Ban,
  Box,
  CalendarClock,
  Cpu,
  Database,
  FilePlus,
  Layers,
  LayoutGrid,
  ListChecks,
  Server,
  Shield,
  SignalHigh,
  Tag,
  Zap,
} from 'lucide-react';
import type { ComponentType } from 'react';
import { type MessageKey, useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { openPaletteForm } from '../../store/place.ts';
import { type PaletteItem, useView } from '../../store/view.ts';
import { DragGhost } from './DragGhost.tsx';
import { useDragOut } from './useDragOut.ts';

/** One thing to drag out. */
export interface PaletteRow {
  item: PaletteItem;
  label: MessageKey;
  size?: MessageKey;
  Icon: ComponentType<{ size?: number }>;
}

const MACHINES: readonly PaletteRow[] = [
  { item: { type: 'machine', preset: 'small' }, label: 'palette:small', size: 'palette:smallSize', Icon: Server },
  { item: { type: 'machine', preset: 'medium' }, label: 'palette:medium', size: 'palette:mediumSize', Icon: Server },
  { item: { type: 'machine', preset: 'large' }, label: 'palette:large', size: 'palette:largeSize', Icon: Server },
  { item: { type: 'machine', preset: 'gpu' }, label: 'palette:gpu', size: 'palette:gpuSize', Icon: Cpu },
  { item: { type: 'machine', preset: 'spot' }, label: 'palette:spot', size: 'palette:spotSize', Icon: Zap },
];
const POD: PaletteRow = { item: { type: 'pod' }, label: 'palette:pod', Icon: Box };
const DEPLOYMENT: PaletteRow = { item: { type: 'deployment' }, label: 'palette:deployment', Icon: Layers };
const WORKLOADS: readonly PaletteRow[] = [
  DEPLOYMENT,
  { item: { type: 'workload', kind: 'StatefulSet' }, label: 'palette:statefulSet', Icon: Database },
  { item: { type: 'workload', kind: 'DaemonSet' }, label: 'palette:daemonSet', Icon: LayoutGrid },
  { item: { type: 'workload', kind: 'Job' }, label: 'palette:job', Icon: ListChecks },
  { item: { type: 'workload', kind: 'CronJob' }, label: 'palette:cronJob', Icon: CalendarClock },
  { item: { type: 'manifest' }, label: 'palette:manifest', Icon: FilePlus },
];
const MARKS: readonly PaletteRow[] = [
  { item: { type: 'taint' }, label: 'palette:taint', Icon: Ban },
  { item: { type: 'label' }, label: 'palette:label', Icon: Tag },
  { item: { type: 'pdb' }, label: 'palette:pdb', Icon: Shield },
  { item: { type: 'priorityClass' }, label: 'palette:priorityClass', Icon: SignalHigh },
];

function Row({ row }: { row: PaletteRow }) {
  const t = useT();
  const handlers = useDragOut(row);
  const mark = row.item.type === 'taint' || row.item.type === 'label';
  const { item } = row;
  return (
    <button
      type="button"
      className="palette-item"
      title={t(mark ? 'palette:hintMark' : 'palette:hint')}
      data-palette={item.type === 'machine' ? `machine-${item.preset}` : item.type === 'workload' ? item.kind : item.type}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') {
          event.preventDefault();
          openPaletteForm(item);
        }
      }}
      onDoubleClick={() => openPaletteForm(item)}
      {...handlers}
    >
      <row.Icon size={16} />
      <span>{t(row.label)}</span>
      {row.size ? <small>{t(row.size)}</small> : null}
    </button>
  );
}

const SIZES = [
  { cpu: '100m', memory: '128Mi' },
  { cpu: '250m', memory: '256Mi' },
  { cpu: '500m', memory: '512Mi' },
  { cpu: '1', memory: '1Gi' },
  { cpu: '2', memory: '4Gi' },
  { cpu: '4', memory: '8Gi' },
] as const;

/** Size and priority of the pods that are dropped next. */
function NextPod() {
  const t = useT();
  const preset = useView((state) => state.podPreset);
  const classes = useCluster((state) => state.priorityClasses);
  const sizes = SIZES.some((size) => size.cpu === preset.cpu && size.memory === preset.memory) ? SIZES : [...SIZES, preset];
  const known = [...classes.values()].sort((a, b) => b.value - a.value).filter((one) => !one.metadata.name.startsWith('system-'));
  return (
    <div className="palette-next">
      <select
        aria-label={t('palette:nextPodSize')}
        title={t('palette:nextPodSize')}
        value={`${preset.cpu}/${preset.memory}`}
        onChange={(event) => {
          const [cpu = '500m', memory = '512Mi'] = event.target.value.split('/');
          useView.setState({ podPreset: { ...preset, cpu, memory } });
        }}
      >
        {sizes.map(({ cpu, memory }) => (
          <option key={`${cpu}/${memory}`} value={`${cpu}/${memory}`}>
            {cpu} · {memory}
          </option>
        ))}
      </select>
      <select
        aria-label={t('palette:nextPodPriority')}
        title={t('palette:nextPodPriority')}
        value={preset.priorityClassName ?? ''}
        onChange={(event) => useView.setState({ podPreset: { ...preset, priorityClassName: event.target.value || null } })}
      >
        <option value="">{t('palette:noPriority')}</option>
        {known.map((one) => (
          <option key={one.metadata.name} value={one.metadata.name}>
            {one.metadata.name} ({one.value})
          </option>
        ))}
      </select>
    </div>
  );
}

/** What can be put onto the canvas. */
export function Palette() {
  const t = useT();
  return (
    <div className="palette">
      <h2 className="palette-title">{t('palette:machines')}</h2>
      <div className="palette-machines">
        {MACHINES.map((row) => (
          <Row key={row.label} row={row} />
        ))}
      </div>
      <h2 className="palette-title">{t('palette:workloads')}</h2>
      <Row row={POD} />
      <NextPod />
      <div className="palette-grid">
        {WORKLOADS.map((row) => (
          <Row key={row.label} row={row} />
        ))}
      </div>
      <h2 className="palette-title">{t('palette:marks')}</h2>
      <div className="palette-grid">
        {MARKS.map((row) => (
          <Row key={row.label} row={row} />
        ))}
      </div>
      <DragGhost />
    </div>
  );
}
