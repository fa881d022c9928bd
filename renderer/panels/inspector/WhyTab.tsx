import type { Pod } from '#shared/kube/types.ts';
import { objectKey } from '#shared/kube/types.ts';
import type { Attempt } from '#shared/protocol/index.ts';
import { plainReason } from '../../explain/reasons.ts';
import { type Translate, useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { openDock, select } from '../../store/view.ts';
import { explainTable, reasonCounts } from '../model/explainTable.ts';
import { decisivePlugins, type Verdict, verdictOf } from '../model/why.ts';
import { printAge } from '../time.ts';
import { useExplain } from '../useExplain.ts';
import { Advice } from './Advice.tsx';

function headline(t: Translate, verdict: Verdict): string {
  switch (verdict.type) {
    case 'runs':
      return t('panels:goesTo', { node: verdict.node });
    case 'pinned':
      return t('panels:goesToPinned', { node: verdict.node });
    case 'waitsForRoom':
      return t('panels:waitingFor', { node: verdict.node });
    case 'gated':
      return t('panels:gated');
    case 'unknownScheduler':
      return t('panels:unknownScheduler');
    case 'schedulerStopped':
      return t('panels:schedulerStopped');
    case 'queued':
      return t('panels:queued');
    case 'fitsNowhere':
      return t('panels:fitsNowhere');
    case 'finished':
      return t('panels:finished');
  }
}

/** How the choice was made, in sentences. */
function storyOf(t: Translate, attempt: Attempt): string {
  const table = explainTable(attempt);
  const words = [t('panels:lookedAt', { count: attempt.nodes.length })];
  if (table.unseen > 0) words.push(t('panels:unseen', { count: table.unseen }));
  words.push(t('panels:fitCount', { count: table.fits }));
  const node = attempt.selected;
  const total = attempt.nodes.find((one) => one.node === node)?.total ?? 0;
  if (node && table.fits === 1) words.push(t('panels:onlyFit', { node }));
  else if (node && attempt.tieBreak) words.push(t('panels:wonTie', { nodes: attempt.best.join(', '), total }));
  else if (node) words.push(t('panels:won', { node, total }));
  const plugins = table.fits > 1 ? decisivePlugins(attempt) : [];
  if (plugins.length > 0) words.push(t('panels:wonBy', { plugins: plugins.join(', ') }));
  return words.join(' ');
}

function bodyOf(t: Translate, verdict: Verdict, attempt: Attempt | undefined): string {
  switch (verdict.type) {
    case 'pinned':
      return t('panels:goesToPinnedText', { node: verdict.node });
    case 'waitsForRoom':
      return t('panels:waitingForText', { node: verdict.node, count: verdict.victims });
    case 'gated':
      return t('panels:gatedText', { gates: verdict.gates.join(', ') });
    case 'unknownScheduler':
      return t('panels:unknownSchedulerText', { name: verdict.name });
    case 'schedulerStopped':
      return t('panels:schedulerStoppedText', { name: verdict.name });
    case 'queued':
      return t('panels:queuedText');
    default:
      return attempt ? storyOf(t, attempt) : '';
  }
}

function Retry({ pod }: { pod: Pod }) {
  const t = useT();
  const queue = useCluster((state) => state.queue);
  const tenths = useCluster((state) => Math.floor(state.nowMs / 100));
  const mine = (entry: { name: string; namespace: string }): boolean =>
    entry.name === pod.metadata.name && entry.namespace === (pod.metadata.namespace ?? '');
  const waiting = queue.backoff.find(mine);
  if (waiting?.untilMs !== undefined)
    return <p className="note">{t('panels:retryIn', { time: printAge(waiting.untilMs - tenths * 100) })}</p>;
  const stuck = queue.unschedulable.find(mine);
  if (stuck && stuck.plugins.length > 0)
    return <p className="note">{t('panels:retryOnChange', { plugins: stuck.plugins.join(', ') })}</p>;
  return null;
}

/** Refusals grouped by reason, in plain words, with the nodes that gave them. */
function Refusals({ attempt }: { attempt: Attempt }) {
  const t = useT();
  const groups = reasonCounts(attempt);
  if (groups.length === 0) return null;
  return (
    <section>
      <h3 className="section-title">{t('panels:whyNot')}</h3>
      <ul className="refusals">
        {groups.map((group) => (
          <li key={`${group.plugin}|${group.reason}`}>
            <div className="refusal-head">
              <span>{plainReason(t, group.plugin, group.reason)}</span>
              <span className="muted">{t('panels:nodesSay', { count: group.nodes.length })}</span>
            </div>
            <div className="mono muted">
              {group.plugin ? `${group.plugin}: ` : ''}
              {group.reason}
            </div>
            <div className="chips">
              {group.nodes.slice(0, 8).map((node) => (
                <button key={node} type="button" className="chip" onClick={() => select(`Node//${node}`)}>
                  {node}
                </button>
              ))}
              {group.nodes.length > 8 ? <span className="chip more">+{group.nodes.length - 8}</span> : null}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Standings from which a change would help. */
const HELPLESS: ReadonlySet<Verdict['type']> = new Set(['fitsNowhere', 'gated', 'unknownScheduler', 'schedulerStopped']);

/** Why a pod is where it is, or why it is nowhere: the answer, the reasons, and the way to the full table. */
export function WhyTab({ pod }: { pod: Pod }) {
  const t = useT();
  const { attempts, preview } = useExplain(objectKey(pod));
  const queue = useCluster((state) => state.queue);
  const components = useCluster((state) => state.components);
  const attempt = attempts[0] ?? preview ?? undefined;
  const verdict = verdictOf(pod, attempt, queue, components);
  const namespace = pod.metadata.namespace && pod.metadata.namespace !== 'default' ? ` -n ${pod.metadata.namespace}` : '';
  return (
    <div className="why-tab">
      <div className={`why ${verdict.type}`} role="status">
        <b>{headline(t, verdict)}</b>
        <p>{bodyOf(t, verdict, attempt)}</p>
        <Retry pod={pod} />
      </div>
      {HELPLESS.has(verdict.type) ? <Advice podKey={objectKey(pod)} /> : null}
      {attempt ? <Refusals attempt={attempt} /> : null}
      {attempt ? (
        <button type="button" className="link" onClick={() => openDock('explain')}>
          {t('panels:explain')} →
        </button>
      ) : null}
      <div className="same-as">
        <span className="muted">{t('panels:sameAs')}</span>
        <code className="mono">
          kubectl describe pod {pod.metadata.name}
          {namespace}
        </code>
      </div>
    </div>
  );
}
