import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from 'react';

/** A labelled control with a hint or an error beneath it. `children` gets the ids to wire up. */
export function Field({
  label,
  hint,
  error,
  children,
}: {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  children: (props: { id: string; 'aria-describedby': string | undefined; 'aria-invalid': boolean }) => ReactNode;
}) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={`field ${error ? 'invalid' : ''}`}>
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': note ? `${id}-note` : undefined, 'aria-invalid': error !== undefined })}
      {note ? (
        <div id={`${id}-note`} className={error ? 'field-error' : 'field-hint'} role={error ? 'alert' : undefined}>
          {note}
        </div>
      ) : null}
    </div>
  );
}

/** Field with one line of text. */
export function TextField({
  label,
  hint,
  error,
  mono = false,
  onText,
  ...rest
}: {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  mono?: boolean;
  onText: (text: string) => void;
} & Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => (
        <input
          className={`input ${mono ? 'mono' : ''}`}
          spellCheck={false}
          {...rest}
          {...wiring}
          onChange={(event) => onText(event.target.value)}
        />
      )}
    </Field>
  );
}

/** Field with a choice. */
export function SelectField<V extends string>({
  label,
  hint,
  error,
  value,
  options,
  onValue,
  ...rest
}: {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  value: V;
  options: readonly { value: V; label: string }[];
  onValue: (value: V) => void;
} & Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange' | 'value'>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => (
        <select className="input" value={value} {...rest} {...wiring} onChange={(event) => onValue(event.target.value as V)}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A tick box with its text. */
export function CheckField({
  label,
  hint,
  checked,
  onChecked,
}: {
  label: string;
  hint?: string;
  checked: boolean;
  onChecked: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="check">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        onChange={(event) => onChecked(event.target.checked)}
        aria-describedby={hint ? `${id}-note` : undefined}
      />
      <label htmlFor={id}>{label}</label>
      {hint ? (
        <div id={`${id}-note`} className="field-hint">
          {hint}
        </div>
      ) : null}
    </div>
  );
}
