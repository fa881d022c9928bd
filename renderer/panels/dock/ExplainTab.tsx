import { Download } from 'lucide-react';
import { useState } from 'react';
import type { Attempt, NodeVerdict, PluginScore, PreemptionLoss } from '#shared/protocol/index.ts';
import { IconButton } from '../../components/index.ts';
import { plainReason } from '../../explain/reasons.ts';
import { type MessageKey, useT } from '../../i18n/index.ts';
import { downloadText } from '../../store/files.ts';
import { select } from '../../store/view.ts';
import { attemptsJson, explainTable, type ScoreColumn } from '../model/explainTable.ts';
import { useSelectedPodKey } from '../selection.ts';
import { printClock } from '../time.ts';
import { useExplain } from '../useExplain.ts';

/** Short column heads; a plugin without one keeps its name. The full name is in the cell's title. */
const SHORT: Readonly<Record<string, string>> = {
  NodeResourcesFit: 'Fit',
  NodeResourcesBalancedAllocation: 'Balanced',
  PodTopologySpread: 'Spread',
  InterPodAffinity: 'PodAffinity',
  NodeAffinity: 'Affinity',
  TaintToleration: 'Taints',
  ImageLocality: 'Image',
  DynamicResources: 'Devices',
};

/** Why a candidate for preemption was not the one. */
const LOST: Readonly<Record<PreemptionLoss, MessageKey>> = {
  budgets: 'advice:lostByBudgets',
  highestPriority: 'advice:lostByHighestPriority',
  prioritySum: 'advice:lostByPrioritySum',
  podCount: 'advice:lostByPodCount',
  startTime: 'advice:lostByStartTime',
  draw: 'advice:lostByDraw',
};

function Score({ column, score }: { column: ScoreColumn; score: PluginScore | undefined }) {
  const t = useT();
  if (!score) return <td className="num muted">–</td>;
  const text =
    column.weight === 1 ? String(score.weighted) : t('panels:scoreWeighted', { weight: score.weight, score: score.normalized });
  return (
    <td className="num" title={t('panels:scoreHint', { ...score })}>
      {text}
    </td>
  );
}

function Refusal({ verdict, span }: { verdict: NodeVerdict; span: number }) {
  const t = useT();
  const plain = verdict.reasons.map((reason) => plainReason(t, verdict.plugin ?? '', reason)).join('; ');
  return (
    <td className="refusal" colSpan={span}>
      <span className="refusal-words">
        {verdict.plugin ? <b>{verdict.plugin}: </b> : null}
        {verdict.reasons.join(', ')}
      </span>
      {plain ? <span className="muted"> — {plain}</span> : null}
      {verdict.victims && verdict.victims.length > 0 ? (
        <span className="would-evict">
          {' '}
          {t('panels:victims', {
            pods: verdict.victims.map((pod) => pod.replace(/^default\//, '')).join(', '),
            count: verdict.victims.length,
          })}
          {verdict.pdbViolations ? ` · ${t('panels:pdbViolations', { count: verdict.pdbViolations })}` : ''}
          {verdict.lostBy ? ` · ${t(LOST[verdict.lostBy])}` : ''}
        </span>
      ) : null}
    </td>
  );
}

/** The node by plugin table of one attempt. */
export function AttemptTable({ attempt }: { attempt: Attempt }) {
  const t = useT();
  const table = explainTable(attempt);
  return (
    <div className="table-wrap">
      <table className="grid explain">
        <thead>
          <tr>
            <th>{t('panels:scoreNode')}</th>
            {table.columns.map((column) => (
              <th key={column.plugin} className="num" title={column.plugin}>
                {SHORT[column.plugin] ?? column.plugin}
              </th>
            ))}
            <th className="num">{t('panels:scoreTotal')}</th>
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <tr key={row.node} className={row.node === attempt.selected ? 'win' : row.code === 'Success' ? 'fits' : 'no'}>
              <th scope="row">
                <button type="button" className="link" onClick={() => select(`Node//${row.node}`)}>
                  {row.node}
                </button>
                {row.node === attempt.selected ? <span className="tag ok">{t('panels:chosen')}</span> : null}
                {row.node !== attempt.selected && attempt.best.includes(row.node) ? (
                  <span className="tag">{t('panels:best')}</span>
                ) : null}
              </th>
              {row.code === 'Success' ? (
                <>
                  {table.columns.map((column) => (
                    <Score
                      key={column.plugin}
                      column={column}
                      score={row.scores.find((score) => score.plugin === column.plugin)}
                    />
                  ))}
                  <td className="num total">{row.total ?? '–'}</td>
                </>
              ) : (
                <Refusal verdict={row} span={table.columns.length + 1} />
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {table.unseen > 0 ? <p className="note">{t('panels:nodesNotSeen', { count: table.unseen })}</p> : null}
    </div>
  );
}

/** Explain: every attempt of the selected pod, node by plugin, with the scheduler's own message. */
export function ExplainTab() {
  const t = useT();
  const key = useSelectedPodKey();
  const { attempts, preview, loading } = useExplain(key);
  const [chosen, setChosen] = useState<number | null>(null);
  if (key === null) return <p className="empty">{t('panels:selectPod')}</p>;
  const attempt = attempts.find((one) => one.attempt === chosen) ?? attempts[0] ?? preview;
  if (!attempt) return loading ? null : <p className="empty">{t('panels:noAttempt')}</p>;
  return (
    <div className="explain-tab">
      <div className="explain-bar">
        {attempts.length === 0 ? (
          <span className="muted">{t('panels:preview')}</span>
        ) : (
          <select
            className="input small"
            aria-label={t('panels:attempts')}
            value={attempt.attempt}
            onChange={(event) =>
              setChosen(Number(event.target.value) === attempts[0]?.attempt ? null : Number(event.target.value))
            }
          >
            {attempts.map((one) => (
              <option key={one.attempt} value={one.attempt}>
                {t('panels:attemptN', { attempt: one.attempt, time: printClock(one.atMs) })}
              </option>
            ))}
          </select>
        )}
        {attempt.wokenBy ? (
          <span className="muted">
            {attempt.wokenBy.plugin
              ? t('panels:wokenByHint', { event: attempt.wokenBy.event, plugin: attempt.wokenBy.plugin })
              : t('panels:wokenBy', { event: attempt.wokenBy.event })}
          </span>
        ) : null}
        {attempt.message ? <span className="message mono">{attempt.message}</span> : null}
        <IconButton
          label={t('advice:exportJson')}
          className="explain-export"
          onClick={() => {
            const list = attempts.length === 0 ? [attempt] : attempts;
            downloadText(`${attempt.pod.replace('/', '-')}-attempts.json`, attemptsJson(list), 'application/json');
          }}
        >
          <Download size={14} />
        </IconButton>
      </div>
      {attempt.preEnqueue ? <p className="note">{attempt.preEnqueue.reasons.join(', ')}</p> : null}
      {attempt.preFilter && attempt.preFilter.code !== 'Success' && attempt.preFilter.code !== 'Skip' ? (
        <p className="note">
          <b>{attempt.preFilter.plugin}</b> {attempt.preFilter.reasons.join(', ')}
        </p>
      ) : null}
      <AttemptTable attempt={attempt} />
    </div>
  );
}
