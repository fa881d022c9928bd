import { useEffect, useState } from 'react';
import type { Pod } from '#shared/kube/types.ts';
import { objectKey, refOf } from '#shared/kube/types.ts';
import { useT } from '../../i18n/index.ts';
import { ask } from '../../store/actions.ts';
import { useCluster } from '../../store/cluster.ts';
import { Section } from './parts.tsx';

interface Shown {
  lines: readonly string[];
  error: string | null;
}

/** What a pod's containers have written, as `kubectl logs` prints it; asked again when the pod changes. */
export function LogsSection({ pod }: { pod: Pod }) {
  const t = useT();
  const names = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map((container) => container.name);
  const [container, setContainer] = useState(names[0] ?? '');
  const [previous, setPrevious] = useState(false);
  const [shown, setShown] = useState<Shown>({ lines: [], error: null });
  const key = objectKey(pod);
  const version = pod.metadata.resourceVersion;
  const epoch = useCluster((state) => state.epoch);
  // biome-ignore lint/correctness/useExhaustiveDependencies: version and epoch say when the answer is out of date
  useEffect(() => {
    let current = true;
    void ask({ type: 'logs', ref: refOf(pod), container, previous }).then((answer) => {
      if (current) setShown(answer.ok ? { lines: answer.value.lines, error: null } : { lines: [], error: answer.error.message });
    });
    return () => {
      current = false;
    };
  }, [key, version, epoch, container, previous]);
  return (
    <Section
      title={t('panels:logs')}
      action={
        <span className="logs-choice">
          {names.length > 1 ? (
            <select
              className="input small"
              aria-label={t('panels:logsContainer')}
              value={container}
              onChange={(event) => setContainer(event.target.value)}
            >
              {names.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          ) : null}
          <label className="inline-check">
            <input type="checkbox" checked={previous} onChange={(event) => setPrevious(event.target.checked)} />
            {t('panels:logsPrevious')}
          </label>
        </span>
      }
    >
      <pre className="logs mono">
        {shown.error === null ? shown.lines.join('\n') || t('panels:logsEmpty') : <span className="muted">{shown.error}</span>}
      </pre>
    </Section>
  );
}
