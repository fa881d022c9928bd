import { CircleSlash, PencilLine, TriangleAlert } from 'lucide-react';
import type { ObjectKey } from '#shared/kube/types.ts';
import type { AdmissionChange, AdmissionDecision, AdmissionStep } from '#shared/protocol/index.ts';
import { useT } from '../../i18n/index.ts';
import { select } from '../../store/view.ts';
import { printClock } from '../time.ts';
import { useAdmission } from '../useAdmission.ts';

/** A value of a changed field in one short line. */
function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 90 ? `${text.slice(0, 89)}…` : text;
}

function Change({ change }: { change: AdmissionChange }) {
  return (
    <li className="mono small">
      <span className="change-path">{change.path}</span>{' '}
      {change.before === undefined ? null : <del title={short(change.before)}>{short(change.before)}</del>}{' '}
      {change.after === undefined ? null : <ins title={short(change.after)}>{short(change.after)}</ins>}
    </li>
  );
}

function Step({ step }: { step: AdmissionStep }) {
  const Icon =
    step.refused !== undefined ? CircleSlash : step.warnings.length > 0 && step.changes.length === 0 ? TriangleAlert : PencilLine;
  const tone = step.refused !== undefined ? 'bad' : step.warnings.length > 0 ? 'warn' : '';
  return (
    <li className={`admission-step ${tone}`}>
      <Icon size={14} aria-hidden />
      <div>
        <b>{step.plugin}</b>
        {step.refused === undefined ? null : <p>{step.refused}</p>}
        {step.warnings.map((warning) => (
          <p key={warning}>{warning}</p>
        ))}
        {step.changes.length > 0 ? (
          <ul>
            {step.changes.map((change) => (
              <Change key={change.path} change={change} />
            ))}
          </ul>
        ) : null}
      </div>
    </li>
  );
}

function Steps({ steps }: { steps: readonly AdmissionStep[] }) {
  return (
    <ul>
      {steps.map((step) => (
        <Step key={step.plugin} step={step} />
      ))}
    </ul>
  );
}

/** Who refused and why comes first; what others had changed before is for those who ask. */
function Refused({ decision }: { decision: AdmissionDecision }) {
  const t = useT();
  const against = decision.steps.filter((step) => step.refused !== undefined);
  const others = decision.steps.filter((step) => step.refused === undefined);
  return (
    <>
      {against.length > 0 ? <Steps steps={against} /> : <p className="refused">{decision.refusal?.message}</p>}
      {others.length > 0 ? (
        <details className="admission-others">
          <summary className="muted">{t('panels:admissionOthers', { count: others.length })}</summary>
          <Steps steps={others} />
        </details>
      ) : null}
    </>
  );
}

/** One request and what each plugin did to it. `linked` names the object with a link. */
export function Decision({ decision, linked }: { decision: AdmissionDecision; linked: boolean }) {
  const t = useT();
  const { ref } = decision;
  const what = `${decision.operation}${decision.subresource ? ` ${decision.subresource}` : ''}`;
  return (
    <article className={`admission ${decision.refusal ? 'refused-request' : ''}`}>
      <header>
        <span className="mono muted">{printClock(decision.atMs)}</span>
        <b>{what}</b>
        {linked ? (
          <button type="button" className="link mono" onClick={() => select(`${ref.kind}/${ref.namespace}/${ref.name}`)}>
            {ref.kind.toLowerCase()}/{ref.name}
          </button>
        ) : null}
        <span className="muted ellipsis">{decision.user}</span>
        {decision.refusal ? (
          <span className="tag bad">{t('panels:admissionRefused', { code: decision.refusal.code })}</span>
        ) : null}
      </header>
      {decision.refusal ? <Refused decision={decision} /> : <Steps steps={decision.steps} />}
    </article>
  );
}

/** What the admission plugins did to one object's requests. */
export function AdmissionTab({ id }: { id: ObjectKey }) {
  const t = useT();
  const decisions = useAdmission(id);
  if (decisions.length === 0) return <p className="empty">{t('panels:admissionNone')}</p>;
  return (
    <div className="inspector-body admissions">
      {decisions.map((decision, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: equal requests of one instant are told apart by their place only
        <Decision key={`${decision.atMs} ${decision.operation} ${index}`} decision={decision} linked={false} />
      ))}
    </div>
  );
}
