import { Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, IconButton } from '../../components/index.ts';
import { useT } from '../../i18n/index.ts';
import type { Pair } from '../model/drafts.ts';

/** An editable list: a heading, one line per row with a remove button, and an add button. */
export function RowList<Row>({
  title,
  hint,
  rows,
  empty,
  onRows,
  children,
}: {
  title: string;
  hint?: string;
  rows: readonly Row[];
  /** What a new row starts as. */
  empty: Row;
  onRows: (rows: Row[]) => void;
  children: (row: Row, set: (row: Row) => void, index: number) => ReactNode;
}) {
  const t = useT();
  return (
    <fieldset className="row-list">
      <legend>{title}</legend>
      {hint ? <p className="field-hint">{hint}</p> : null}
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity of their own and are edited in place
        <div className="row-line" key={index}>
          {children(row, (next) => onRows(rows.map((other, at) => (at === index ? next : other))), index)}
          <IconButton
            label={t('dialogs:removeRow', { row: index + 1 })}
            onClick={() => onRows(rows.filter((_, at) => at !== index))}
          >
            <X size={14} />
          </IconButton>
        </div>
      ))}
      <Button tone="quiet" icon={<Plus size={14} />} onClick={() => onRows([...rows, empty])}>
        {t('dialogs:addRow')}
      </Button>
    </fieldset>
  );
}

/** Rows of key = value. */
export function PairList({
  title,
  hint,
  rows,
  onRows,
}: {
  title: string;
  hint?: string;
  rows: readonly Pair[];
  onRows: (rows: Pair[]) => void;
}) {
  const t = useT();
  return (
    <RowList title={title} {...(hint ? { hint } : {})} rows={rows} empty={{ key: '', value: '' }} onRows={onRows}>
      {(row, set) => (
        <>
          <input
            className="input mono"
            aria-label={`${title}: ${t('dialogs:key')}`}
            placeholder={t('dialogs:key')}
            value={row.key}
            onChange={(event) => set({ ...row, key: event.target.value })}
          />
          <input
            className="input mono"
            aria-label={`${title}: ${t('dialogs:value')}`}
            placeholder={t('dialogs:value')}
            value={row.value}
            onChange={(event) => set({ ...row, value: event.target.value })}
          />
        </>
      )}
    </RowList>
  );
}
