import { useState } from 'react';
import { compareStrings } from '#shared/core/compare.ts';
import type { ConfigMap, Secret } from '#shared/kube/types.ts';
import { useT } from '../../../i18n/index.ts';
import { base64Size, secretText } from '../../model/policies.ts';
import { KeyValues, Section } from '../parts.tsx';

/** One key. `text` undefined: bytes that are no text. */
function Entry({ name, size, text, secret }: { name: string; size: number; text: string | undefined; secret: boolean }) {
  const t = useT();
  const [open, setOpen] = useState(!secret);
  return (
    <li>
      <div className="data-key">
        <b>{name}</b>
        <span className="muted">{t('objects:hidden', { size })}</span>
        {text === undefined ? null : (
          <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t(open ? 'objects:hide' : 'objects:show')}
          </button>
        )}
      </div>
      {open && text !== undefined ? <pre className="data-value">{text}</pre> : null}
    </li>
  );
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Keys of a ConfigMap, or of a Secret, whose values stay hidden until somebody asks for them. */
export function DataDetails({ object }: { object: ConfigMap | Secret }) {
  const t = useT();
  const secret = object.kind === 'Secret';
  const plain = Object.entries(object.data ?? {}).map(([name, value]) =>
    secret
      ? { name, size: base64Size(value), text: secretText(value) }
      : { name, size: bytes(value), text: value as string | undefined },
  );
  const binary = object.kind === 'ConfigMap' ? Object.entries(object.binaryData ?? {}) : [];
  const entries = [...plain, ...binary.map(([name, value]) => ({ name, size: base64Size(value), text: undefined }))];
  entries.sort((a, b) => compareStrings(a.name, b.name));
  return (
    <>
      <KeyValues
        rows={[
          [t('panels:namespace'), object.metadata.namespace ?? ''],
          ...(object.kind === 'Secret' ? [[t('objects:type'), object.type ?? 'Opaque'] as const] : []),
        ]}
      />
      {object.immutable === true ? <p className="note">{t('objects:immutable')}</p> : null}
      <Section title={t('objects:keys')}>
        {entries.length === 0 ? <p className="note">{t('objects:keysNone')}</p> : null}
        <ul className="rules">
          {entries.map((entry) => (
            <Entry key={entry.name} {...entry} secret={secret} />
          ))}
        </ul>
      </Section>
    </>
  );
}
