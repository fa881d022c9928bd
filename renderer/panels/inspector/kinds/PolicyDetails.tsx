import type {
  AnyObject,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
  Webhook,
} from '#shared/kube/types.ts';
import { objectKey } from '#shared/kube/types.ts';
import { KindIcon } from '../../../components/index.ts';
import { useT } from '../../../i18n/index.ts';
import { useCluster } from '../../../store/cluster.ts';
import { select } from '../../../store/view.ts';
import { type MatchView, matchView } from '../../model/policies.ts';
import { ConditionsSection, KeyValues, Section } from '../parts.tsx';

type Policy = ValidatingAdmissionPolicy | MutatingAdmissionPolicy;
type Binding = ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding;

/** What something is about: its rules, what is left out, and which namespaces and objects. `all`: what no rule means. */
function Match({ view, all }: { view: MatchView; all?: string }) {
  const t = useT();
  return (
    <KeyValues
      rows={[
        [
          t('objects:matchRules'),
          view.rules.length === 0 ? (all ?? t('objects:everything')) : view.rules.map((rule) => <div key={rule}>{rule}</div>),
        ],
        ...(view.exclude.length > 0
          ? [[t('objects:excludeRules'), view.exclude.map((rule) => <div key={rule}>{rule}</div>)] as const]
          : []),
        ...(view.namespaces === null ? [] : [[t('objects:namespaces'), view.namespaces] as const]),
        ...(view.objects === null ? [] : [[t('objects:objectsLike'), view.objects] as const]),
      ]}
    />
  );
}

/** Expressions with a word on each. */
function Expressions({ title, rows }: { title: string; rows: readonly { name: string; code: string; note: string }[] }) {
  if (rows.length === 0) return null;
  return (
    <Section title={title}>
      <ul className="rules">
        {rows.map(({ name, code, note }) => (
          <li key={`${name} ${code}`}>
            {name === '' ? null : <b>{name}</b>}
            <pre>{code}</pre>
            {note === '' ? null : <p>{note}</p>}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function bindingsOf(policy: Policy, others: Iterable<AnyObject>): Binding[] {
  return [...others].filter(
    (one) => one.kind === `${policy.kind}Binding` && (one as unknown as Binding).spec?.policyName === policy.metadata.name,
  ) as unknown as Binding[];
}

function actionsOf(binding: Binding): string {
  return binding.kind === 'ValidatingAdmissionPolicyBinding' ? (binding.spec.validationActions ?? []).join(', ') : '';
}

function Bindings({ policy }: { policy: Policy }) {
  const t = useT();
  const others = useCluster((state) => state.others);
  const bindings = bindingsOf(policy, others.values());
  return (
    <Section title={t('objects:bindings')}>
      {bindings.length === 0 ? <p className="notice">{t('objects:unbound')}</p> : null}
      <ul className="object-list">
        {bindings.map((one) => (
          <li key={objectKey(one)}>
            <button type="button" className="object-link" onClick={() => select(objectKey(one))}>
              <KindIcon kind={one.kind} size={14} />
              <span className="ellipsis">{one.metadata.name}</span>
              <span className="muted">{actionsOf(one)}</span>
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** A policy in CEL: what it is about, what it asks or changes, and which bindings put it in force. */
export function PolicyDetails({ policy }: { policy: Policy }) {
  const t = useT();
  const { spec } = policy;
  const validating = policy.kind === 'ValidatingAdmissionPolicy' ? policy : undefined;
  const mutations = policy.kind === 'MutatingAdmissionPolicy' ? (policy.spec.mutations ?? []) : [];
  const warnings = validating?.status?.typeChecking?.expressionWarnings ?? [];
  const conditions = validating?.status?.conditions ?? [];
  const named = (rows: readonly { name: string; expression: string }[] | undefined) =>
    (rows ?? []).map(({ name, expression }) => ({ name, code: expression, note: '' }));
  return (
    <>
      <Match view={matchView(spec.matchConstraints)} />
      <KeyValues
        rows={[
          [t('objects:failurePolicy'), spec.failurePolicy ?? 'Fail'],
          ...(spec.paramKind ? [[t('objects:params'), `${spec.paramKind.kind} (${spec.paramKind.apiVersion})`] as const] : []),
        ]}
      />
      <Expressions title={t('objects:matchConditions')} rows={named(spec.matchConditions)} />
      <Expressions title={t('objects:variables')} rows={named(spec.variables)} />
      <Expressions
        title={t('objects:validations')}
        rows={(validating?.spec.validations ?? []).map(({ expression, message, messageExpression, reason }) => ({
          name: '',
          code: expression,
          note: [message ?? messageExpression ?? '', reason ?? ''].filter((text) => text !== '').join(' · '),
        }))}
      />
      <Expressions
        title={t('objects:mutations')}
        rows={mutations.map(({ patchType, applyConfiguration, jsonPatch }) => ({
          name: patchType,
          code: applyConfiguration?.expression ?? jsonPatch?.expression ?? '',
          note: '',
        }))}
      />
      <Bindings policy={policy} />
      <Expressions
        title={t('objects:warnings')}
        rows={warnings.map(({ fieldRef, warning }) => ({ name: fieldRef, code: warning, note: '' }))}
      />
      <ConditionsSection conditions={conditions} />
    </>
  );
}

/** A binding: the policy it puts in force, where, with which parameters and to what end. */
export function BindingDetails({ binding }: { binding: Binding }) {
  const t = useT();
  const name = binding.spec?.policyName ?? '';
  const key = `${binding.kind.slice(0, -'Binding'.length)}//${name}`;
  const known = useCluster((state) => state.others.has(key));
  const params = binding.spec?.paramRef;
  return (
    <>
      <KeyValues
        rows={[
          [
            t('objects:policy'),
            known ? (
              <button key="policy" type="button" className="link" onClick={() => select(key)}>
                {name}
              </button>
            ) : (
              <span key="policy">
                {name} <span className="bad-text">{t('objects:policyMissing')}</span>
              </span>
            ),
          ],
          ...(actionsOf(binding) === '' ? [] : [[t('objects:actions'), actionsOf(binding)] as const]),
          ...(params
            ? [[t('objects:params'), `${params.namespace ? `${params.namespace}/` : ''}${params.name ?? ''}`] as const]
            : []),
        ]}
      />
      <Match view={matchView(binding.spec?.matchResources)} all={t('objects:asPolicy')} />
    </>
  );
}

function targetOf({ clientConfig }: Webhook): string {
  const { service, url } = clientConfig ?? {};
  return service ? `${service.namespace}/${service.name}:${service.port ?? 443}${service.path ?? ''}` : (url ?? '');
}

/** Webhooks of a configuration: whom each asks about what, and what becomes of a request that it cannot answer. */
export function WebhookDetails({ object }: { object: ValidatingWebhookConfiguration | MutatingWebhookConfiguration }) {
  const t = useT();
  return (
    <>
      {(object.webhooks ?? []).map((hook) => (
        <Section key={hook.name} title={hook.name}>
          <Match view={matchView(hook)} />
          <KeyValues
            rows={[
              [
                t('objects:webhookTarget'),
                <span key="to" className="mono">
                  {targetOf(hook)}
                </span>,
              ],
              [
                t('objects:failurePolicy'),
                `${hook.failurePolicy ?? 'Fail'} · ${t('objects:webhookTimeout', { seconds: hook.timeoutSeconds ?? 10 })}`,
              ],
            ]}
          />
          <Expressions
            title={t('objects:matchConditions')}
            rows={(hook.matchConditions ?? []).map(({ name, expression }) => ({ name, code: expression, note: '' }))}
          />
        </Section>
      ))}
    </>
  );
}
