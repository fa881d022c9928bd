import type { Comparison, ComparisonSide } from '#shared/protocol/index.ts';
import { formatSpan } from '../../graph/time.ts';
import { type MessageKey, useT } from '../../i18n/index.ts';

/** Pods named in each list; the command line has them all. */
const MOST = 60;

const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

function Bar({ share }: { share: number }) {
  return (
    <span className="share">
      <span className={`share-bar ${share > 0.9 ? 'high' : ''}`}>
        <i style={{ transform: `scaleX(${Math.min(1, share)})` }} />
      </span>
      <span className="mono">{percent(share)}</span>
    </span>
  );
}

interface Figure {
  label: MessageKey;
  sub?: boolean;
  of: (side: ComparisonSide) => string;
  /** Larger is better (1), worse (-1), or neither. */
  better?: 1 | -1;
  value?: (side: ComparisonSide) => number;
}

function Figures({ a, b }: { a: ComparisonSide; b: ComparisonSide }) {
  const t = useT();
  const time = (ms: number): string => formatSpan(ms);
  const spread = (field: 'cpu' | 'memory', label: MessageKey): Figure[] => [
    { label, of: (side) => percent(side[field].share) },
    { label: 'schedulers:deviation', sub: true, of: (side) => percent(side[field].deviation) },
    { label: 'schedulers:range', sub: true, of: (side) => percent(side[field].range) },
  ];
  const rows: Figure[] = [
    {
      label: 'schedulers:placed',
      of: ({ placed, pods }) => t('schedulers:placedOf', { placed, pods }),
      better: 1,
      value: ({ placed }) => placed,
    },
    { label: 'schedulers:allPlaced', of: ({ allPlacedMs }) => (allPlacedMs === null ? '–' : time(allPlacedMs)) },
    {
      label: 'schedulers:longestWait',
      of: ({ longestWaitMs }) => time(longestWaitMs),
      better: -1,
      value: ({ longestWaitMs }) => Math.round(longestWaitMs / 1000),
    },
    ...spread('cpu', 'schedulers:cpuUsed'),
    ...spread('memory', 'schedulers:memoryUsed'),
    {
      label: 'schedulers:emptyNodes',
      of: ({ emptyNodes, nodes }) => t('schedulers:emptyOf', { empty: emptyNodes, nodes: nodes.length }),
    },
    {
      label: 'schedulers:preemptions',
      of: ({ preemptions }) => String(preemptions),
      better: -1,
      value: ({ preemptions }) => preemptions,
    },
    { label: 'schedulers:evictions', of: ({ evictions }) => String(evictions), better: -1, value: ({ evictions }) => evictions },
    ...(a.refused.length + b.refused.length > 0
      ? [{ label: 'schedulers:refusedCommands' as const, of: ({ refused }: ComparisonSide) => String(refused.length) }]
      : []),
    { label: 'schedulers:ended', of: ({ nowMs }) => time(nowMs) },
  ];
  const mark = ({ better, value }: Figure, side: ComparisonSide, other: ComparisonSide): string => {
    const lead = better && value ? (value(side) - value(other)) * better : 0;
    return lead > 0 ? 'better' : lead < 0 ? 'worse' : '';
  };
  return (
    <table className="grid compare-figures">
      <thead>
        <tr>
          <td />
          <th scope="col">{a.label}</th>
          <th scope="col">{b.label}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list
          <tr key={i} className={row.sub ? 'sub' : ''}>
            <th scope="row">{t(row.label)}</th>
            <td className={mark(row, a, b)}>{row.of(a)}</td>
            <td className={mark(row, b, a)}>{row.of(b)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Nodes({ a, b }: { a: ComparisonSide; b: ComparisonSide }) {
  const t = useT();
  const names = [...new Set([...a.nodes, ...b.nodes].map(({ node }) => node))];
  const cells = (side: ComparisonSide, name: string) => {
    const node = side.nodes.find((one) => one.node === name);
    return [
      <td key="pods" className="num first">
        {node?.pods ?? '–'}
      </td>,
      <td key="cpu">{node ? <Bar share={node.cpu} /> : null}</td>,
      <td key="memory">{node ? <Bar share={node.memory} /> : null}</td>,
    ];
  };
  const heads = (side: ComparisonSide) => [
    <th key={`${side.label} pods`} scope="col" className="num first">
      {t('schedulers:pods')}
    </th>,
    <th key={`${side.label} cpu`} scope="col">
      {t('schedulers:cpu')}
    </th>,
    <th key={`${side.label} memory`} scope="col">
      {t('schedulers:memory')}
    </th>,
  ];
  return (
    <div className="compare-scroll">
      <table className="grid small">
        <thead>
          <tr>
            <td />
            <th scope="colgroup" colSpan={3} className="first">
              {a.label}
            </th>
            <th scope="colgroup" colSpan={3} className="first">
              {b.label}
            </th>
          </tr>
          <tr>
            <th scope="col">{t('schedulers:node')}</th>
            {heads(a)}
            {heads(b)}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells(a, name)}
              {cells(b, name)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Zones({ a, b }: { a: ComparisonSide; b: ComparisonSide }) {
  const t = useT();
  const names = [...new Set([...a.zones, ...b.zones].map(({ zone }) => zone))];
  if (names.length < 2) return null;
  const most = Math.max(1, ...[...a.zones, ...b.zones].map(({ pods }) => pods));
  const cell = (side: ComparisonSide, name: string) => {
    const pods = side.zones.find(({ zone }) => zone === name)?.pods ?? 0;
    return (
      <td>
        <span className="share">
          <span className="share-bar">
            <i style={{ transform: `scaleX(${pods / most})` }} />
          </span>
          <span className="mono">{pods}</span>
        </span>
      </td>
    );
  };
  return (
    <table className="grid small">
      <thead>
        <tr>
          <th scope="col">{t('schedulers:zone')}</th>
          <th scope="col">{a.label}</th>
          <th scope="col">{b.label}</th>
        </tr>
      </thead>
      <tbody>
        {names.map((name) => (
          <tr key={name}>
            <th scope="row">{name || t('schedulers:noZone')}</th>
            {cell(a, name)}
            {cell(b, name)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Moved({ comparison }: { comparison: Comparison }) {
  const t = useT();
  const { a, b, moved, same } = comparison;
  const place = (node: string | null | undefined) =>
    node === undefined ? (
      <span className="muted">{t('schedulers:absent')}</span>
    ) : node === null ? (
      <span className="warn-text">{t('schedulers:pending')}</span>
    ) : (
      <span className="mono">{node}</span>
    );
  if (moved.length === 0) return <p className="note">{t('schedulers:nothingMoved')}</p>;
  return (
    <section>
      <h3 className="section-title">
        {t('schedulers:moved', { count: moved.length })} · <span className="muted">{t('schedulers:same', { count: same })}</span>
      </h3>
      <div className="compare-scroll">
        <table className="grid small">
          <thead>
            <tr>
              <th scope="col">{t('schedulers:pod')}</th>
              <th scope="col">{a.label}</th>
              <th scope="col">{b.label}</th>
            </tr>
          </thead>
          <tbody>
            {moved.slice(0, MOST).map((pod) => (
              <tr key={pod.pod}>
                <th scope="row">{pod.pod.replace(/^default\//, '')}</th>
                <td>{place(pod.a)}</td>
                <td>{place(pod.b)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {moved.length > MOST ? <p className="note">{t('schedulers:more', { count: moved.length - MOST })}</p> : null}
    </section>
  );
}

function Waiting({ side }: { side: ComparisonSide }) {
  const t = useT();
  if (side.pending.length === 0) return null;
  return (
    <section>
      <h3 className="section-title">{t('schedulers:pendingWith', { label: side.label })}</h3>
      <ul className="plain-list scroll">
        {side.pending.slice(0, MOST).map(({ pod, message }) => (
          <li key={pod}>
            <span className="mono">{pod.replace(/^default\//, '')}</span>
            <span className="muted">{message.replace(/\.? (?:no new claims|preemption:).*$/, '')}</span>
          </li>
        ))}
      </ul>
      {side.pending.length > MOST ? <p className="note">{t('schedulers:more', { count: side.pending.length - MOST })}</p> : null}
    </section>
  );
}

/** A comparison in tables with bars. `stale`: another one is on its way. */
export function CompareReport({ comparison, stale }: { comparison: Comparison; stale: boolean }) {
  const { a, b } = comparison;
  return (
    <div className={`compare-report ${stale ? 'stale' : ''}`}>
      <Figures a={a} b={b} />
      <Nodes a={a} b={b} />
      <Zones a={a} b={b} />
      <Moved comparison={comparison} />
      <Waiting side={a} />
      <Waiting side={b} />
    </div>
  );
}
