import type { AnyObject } from '#shared/kube/types.ts';
import { printObjects } from '#shared/scenario/index.ts';
import { useT } from '../../i18n/index.ts';

/** The manifest a form amounts to, folded away until asked for. */
export function ManifestPreview({ object }: { object: AnyObject }) {
  const t = useT();
  return (
    <details className="manifest">
      <summary>{t('dialogs:showYaml')}</summary>
      <pre className="mono">{printObjects([object])}</pre>
    </details>
  );
}
