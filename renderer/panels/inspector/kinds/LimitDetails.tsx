import type { LimitRange, ResourceQuota } from '#shared/kube/types.ts';
import { useT } from '../../../i18n/index.ts';
import { type LimitRow, limitRows, quotaRows } from '../../model/limits.ts';
import { Chips, KeyValues, Section } from '../parts.tsx';

/** Where a bar begins to warn. */
const NEAR = 0.8;

/** A quota: how much of each of its limits is used. */
export function QuotaDetails({ quota }: { quota: ResourceQuota }) {
  const t = useT();
  const selector = (quota.spec?.scopeSelector?.matchExpressions ?? []).map(
    ({ scopeName, operator, values = [] }) => `${scopeName} ${operator} ${values.join(', ')}`,
  );
  const scopes = [...(quota.spec?.scopes ?? []), ...selector];
  return (
    <>
      <KeyValues rows={[[t('panels:namespace'), quota.metadata.namespace ?? '']]} />
      <Section title={t('objects:usedOfHard')}>
        <ul className="meters">
          {quotaRows(quota).map(({ resource, used, hard, share }) => (
            <li key={resource}>
              <div className="meter-head">
                <span className="mono">{resource}</span>
                <span className="mono">{used === null ? t('objects:quotaUnknown') : `${used} / ${hard}`}</span>
              </div>
              <span className="meter-track">
                <i
                  className={share !== null && share >= 1 ? 'over' : share !== null && share >= NEAR ? 'near' : ''}
                  style={{ width: `${Math.min(1, share ?? 0) * 100}%` }}
                />
              </span>
            </li>
          ))}
        </ul>
      </Section>
      {scopes.length > 0 ? (
        <Section title={t('objects:scopes')}>
          <Chips items={scopes.map((text) => ({ id: text, text }))} />
        </Section>
      ) : null}
    </>
  );
}

const COLUMNS = [
  ['min', 'objects:limitMin'],
  ['max', 'objects:limitMax'],
  ['defaultRequest', 'objects:limitRequest'],
  ['defaultLimit', 'objects:limitDefault'],
  ['ratio', 'objects:limitRatio'],
] as const;

/** Limits of one type; columns that nothing is in are left out. */
function Limits({ rows }: { rows: readonly LimitRow[] }) {
  const t = useT();
  const shown = COLUMNS.filter(([field]) => rows.some((row) => row[field] !== null));
  return (
    <table className="grid small limits">
      <thead>
        <tr>
          <th>{t('panels:resource')}</th>
          {shown.map(([field, label]) => (
            <th key={field} className="num">
              {t(label)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.resource}>
            <th scope="row">{row.resource}</th>
            {shown.map(([field]) => (
              <td key={field} className="num">
                {row[field] ?? '–'}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A LimitRange: a table for each type it limits. */
export function LimitDetails({ range }: { range: LimitRange }) {
  const t = useT();
  const rows = limitRows(range);
  return (
    <>
      <KeyValues rows={[[t('panels:namespace'), range.metadata.namespace ?? '']]} />
      {[...new Set(rows.map((row) => row.type))].map((type) => (
        <Section key={type} title={t('objects:limitsOf', { type })}>
          <Limits rows={rows.filter((row) => row.type === type)} />
        </Section>
      ))}
    </>
  );
}
