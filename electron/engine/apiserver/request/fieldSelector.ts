import { err, ok, type Result } from '#shared/core/result.ts';
import type { KindInfo } from '#shared/kube/registry.ts';
import type { AnyObject } from '#shared/kube/types.ts';

interface Term {
  readonly field: string;
  readonly equal: boolean;
  readonly value: string;
}

type Texts = (object: AnyObject) => string;

function at(...path: readonly string[]): Texts {
  return (object) => {
    let current: unknown = object;
    for (const part of path) current = (current as Record<string, unknown> | undefined | null)?.[part];
    return current === undefined || current === null ? '' : String(current);
  };
}

const COMMON: Readonly<Record<string, Texts>> = {
  'metadata.name': at('metadata', 'name'),
  'metadata.namespace': at('metadata', 'namespace'),
};

const involved = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'] as const;

/** Fields that can be selected beside the common ones, by kind. Models pkg/apis/<group>/<version>/conversion AddFieldLabelConversionsFor... */
const FIELDS: Readonly<Record<string, Readonly<Record<string, Texts>>>> = {
  Pod: {
    'spec.nodeName': at('spec', 'nodeName'),
    'spec.restartPolicy': at('spec', 'restartPolicy'),
    'spec.schedulerName': at('spec', 'schedulerName'),
    'spec.serviceAccountName': at('spec', 'serviceAccountName'),
    'spec.hostNetwork': (pod) => at('spec', 'hostNetwork')(pod) || 'false',
    'status.phase': at('status', 'phase'),
    'status.podIP': at('status', 'podIP'),
    'status.podIPs': at('status', 'podIP'),
    'status.nominatedNodeName': at('status', 'nominatedNodeName'),
  },
  Node: { 'spec.unschedulable': (node) => at('spec', 'unschedulable')(node) || 'false' },
  ReplicationController: { 'status.replicas': (one) => at('status', 'replicas')(one) || '0' },
  ReplicaSet: { 'status.replicas': (one) => at('status', 'replicas')(one) || '0' },
  StatefulSet: { 'status.successful': () => '' },
  Job: { 'status.successful': (job) => at('status', 'succeeded')(job) || '0' },
  Namespace: { 'status.phase': at('status', 'phase') },
  Secret: { type: at('type') },
  Service: { 'spec.clusterIP': at('spec', 'clusterIP'), 'spec.type': at('spec', 'type') },
  CertificateSigningRequest: { 'spec.signerName': at('spec', 'signerName') },
  ResourceSlice: { 'spec.nodeName': at('spec', 'nodeName'), 'spec.driver': at('spec', 'driver') },
  Event: {
    ...Object.fromEntries(involved.map((field) => [`involvedObject.${field}`, at('involvedObject', field)])),
    reason: at('reason'),
    reportingComponent: at('reportingComponent'),
    source: (event) => at('source', 'component')(event) || at('reportingComponent')(event),
    type: at('type'),
  },
};

/** Kinds whose conversion names the kind when it refuses a field. */
const NAMED: readonly string[] = ['Job'];

function refusal(info: KindInfo, field: string): string {
  if (NAMED.includes(info.kind)) return `field label ${JSON.stringify(field)} not supported for ${info.kind}`;
  if (FIELDS[info.kind] !== undefined) return `field label not supported: ${field}`;
  return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

/** Parts at unescaped commas. */
function split(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === ',') {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)].filter((part) => part !== '');
}

function termOf(text: string): Term | undefined {
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') {
      i++;
      continue;
    }
    const operator = ['!=', '==', '='].find((one) => text.startsWith(one, i));
    if (operator === undefined) continue;
    const value = text.slice(i + operator.length).replace(/\\([\\,=])/g, '$1');
    return { field: text.slice(0, i), equal: operator !== '!=', value };
  }
  return undefined;
}

/** Reads a field selector for objects of a kind. Errors are the API server's texts. Models apimachinery fields.ParseSelector. */
export function parseFieldSelector(text: string, info: KindInfo): Result<(object: AnyObject) => boolean, string> {
  const checks: ((object: AnyObject) => boolean)[] = [];
  for (const part of split(text)) {
    const term = termOf(part);
    if (term === undefined) return err(`invalid selector: '${text}'; can't understand '${part}'`);
    const own = FIELDS[info.kind];
    const texts = (own !== undefined && Object.hasOwn(own, term.field) ? own[term.field] : undefined) ?? COMMON[term.field];
    if (texts === undefined || !Object.hasOwn({ ...COMMON, ...own }, term.field)) return err(refusal(info, term.field));
    checks.push((object) => (texts(object) === term.value) === term.equal);
  }
  return ok((object) => checks.every((check) => check(object)));
}
