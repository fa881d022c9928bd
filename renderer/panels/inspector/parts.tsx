import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useT } from '../../i18n/index.ts';

/** Two columns: what, and its value. */
export function KeyValues({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="kv">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A titled part of the inspector; `action` stands at the right of the title. */
export function Section({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section className="part">
      <div className="part-head">
        <h3 className="section-title">{title}</h3>
        {action}
      </div>
      {children}
    </section>
  );
}

/** Small labelled chips; with `onRemove` each has a cross. */
export function Chips({
  items,
  tone = '',
  onRemove,
}: {
  items: readonly { id: string; text: string }[];
  tone?: string;
  onRemove?: (id: string) => void;
}) {
  const t = useT();
  if (items.length === 0) return <span className="muted">{t('panels:none')}</span>;
  return (
    <div className="chips">
      {items.map((item) => (
        <span key={item.id} className={`chip ${tone}`} title={item.text}>
          <span className="chip-text">{item.text}</span>
          {onRemove ? (
            <button
              type="button"
              className="chip-x"
              aria-label={t('panels:remove', { what: item.text })}
              onClick={() => onRemove(item.id)}
            >
              <X size={11} />
            </button>
          ) : null}
        </span>
      ))}
    </div>
  );
}

/** A condition as it is shown; `tone` where true is not the good news. */
interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly tone?: 'yes' | 'bad' | 'unknown';
}

/** Condition rows: type, status, reason, the message beneath. */
function Conditions({ conditions }: { conditions: readonly Condition[] }) {
  return (
    <ul className="conditions">
      {conditions.map((condition) => (
        <li
          key={condition.type}
          className={condition.tone ?? (condition.status === 'True' ? 'yes' : condition.status === 'False' ? 'not' : 'unknown')}
        >
          <b>{condition.type}</b> <span className="mono">{condition.status}</span>{' '}
          <span className="muted">{condition.reason}</span>
          {condition.message ? <div className="muted small">{condition.message}</div> : null}
        </li>
      ))}
    </ul>
  );
}

/** Conditions under their title; nothing where there are none. */
export function ConditionsSection({ conditions }: { conditions: readonly Condition[] | undefined }) {
  const t = useT();
  if (!conditions || conditions.length === 0) return null;
  return (
    <Section title={t('panels:conditions')}>
      <Conditions conditions={conditions} />
    </Section>
  );
}
