import { lazy, Suspense, useId, useState } from 'react';
import { objectKey } from '#shared/kube/types.ts';
import type { Problem } from '#shared/protocol/index.ts';
import { parseManifest } from '#shared/scenario/index.ts';
import { Dialog, KindIcon } from '../../components/index.ts';
import { type MessageKey, useT } from '../../i18n/index.ts';
import { sendCommand } from '../../store/actions.ts';
import { closeDialog, select } from '../../store/view.ts';
import { TEMPLATES, type Template } from '../model/templates.ts';
import { Foot } from './Foot.tsx';

/** The editor is large; it is read when first looked at. */
const Editor = lazy(async () => ({ default: (await import('../yaml/YamlEditor.tsx')).YamlEditor }));
const Lines = lazy(async () => ({ default: (await import('../yaml/YamlEditor.tsx')).ProblemLines }));

const GROUPS: readonly { id: Template['group']; label: MessageKey }[] = [
  { id: 'autoscaling', label: 'workloads:groupAutoscaling' },
  { id: 'network', label: 'workloads:groupNetwork' },
  { id: 'config', label: 'workloads:groupConfig' },
  { id: 'limits', label: 'workloads:groupLimits' },
  { id: 'storage', label: 'workloads:groupStorage' },
  { id: 'policy', label: 'workloads:groupPolicy' },
];

function Choices({ chosen, onChoose }: { chosen: string; onChoose: (template: Template) => void }) {
  const t = useT();
  return (
    <nav className="template-list" aria-label={t('workloads:templates')}>
      {GROUPS.map((group) => (
        <section key={group.id}>
          <h3 className="section-title">{t(group.label)}</h3>
          {TEMPLATES.filter((template) => template.group === group.id).map((template) => (
            <button
              key={template.id}
              type="button"
              className={`template ${template.id === chosen ? 'selected' : ''}`}
              aria-pressed={template.id === chosen}
              onClick={() => onChoose(template)}
            >
              <KindIcon kind={template.kind} size={15} />
              <span className="ellipsis">{template.kind}</span>
            </button>
          ))}
        </section>
      ))}
    </nav>
  );
}

/** Any object as a manifest: a template to begin with, checked while typing, created as `kubectl create -f` would. `template` chooses the first. */
export function ManifestDialog({ template = 'hpa' }: { template?: string }) {
  const t = useT();
  const form = useId();
  const first = TEMPLATES.find(({ id }) => id === template) ?? TEMPLATES[0];
  const [chosen, setChosen] = useState(first?.id ?? '');
  const [text, setText] = useState(first?.text ?? '');
  const [initial, setInitial] = useState(first?.text ?? '');
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    const parsed = parseManifest(text, t('workloads:manifest'));
    if (!parsed.ok) return setProblems(parsed.error);
    const { objects } = parsed.value;
    const [main] = objects;
    if (main === undefined) return setProblems([{ severity: 'error', message: t('panels:yamlFault') }]);
    setBusy(true);
    const answer = await sendCommand({ type: 'create', objects: [...objects] }, { quiet: true });
    setBusy(false);
    if (!answer.ok) return setProblems(answer.error.problems ?? [{ severity: 'error', message: answer.error.message }]);
    closeDialog();
    select(objectKey(main));
  };
  return (
    <Dialog
      title={t('workloads:manifestTitle')}
      description={t('workloads:manifestLead')}
      width={820}
      onClose={closeDialog}
      footer={<Foot form={form} busy={busy} text={t('dialogs:create')} />}
    >
      <form
        id={form}
        className="manifest-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Choices
          chosen={chosen}
          onChoose={(next) => {
            setChosen(next.id);
            setInitial(next.text);
            setText(next.text);
            setProblems([]);
          }}
        />
        <Suspense fallback={null}>
          <div className="manifest-edit">
            <Editor
              key={`${chosen} ${initial.length}`}
              label={t('workloads:manifest')}
              initial={initial}
              check={(typed) => {
                const parsed = parseManifest(typed, t('workloads:manifest'));
                return parsed.ok ? [] : parsed.error;
              }}
              onText={(typed) => {
                setText(typed);
                setProblems([]);
              }}
              onSave={() => void submit()}
            />
            <Lines problems={problems} />
          </div>
        </Suspense>
      </form>
    </Dialog>
  );
}
