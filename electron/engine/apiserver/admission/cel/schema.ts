import type { Environment } from '@marcbachmann/cel-js';
import { shapeFields } from '#shared/kube/shape/index.ts';

/** Types of the variables that are the same for every request. Models plugin/cel BuildRequestType and BuildNamespaceType. */
const ADMISSION_TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'kubernetes.GroupVersionKind': { group: 'string', version: 'string', kind: 'string' },
  'kubernetes.GroupVersionResource': { group: 'string', version: 'string', resource: 'string' },
  'kubernetes.UserInfo': { username: 'string', uid: 'string', groups: 'list<string>', extra: 'map<string, list<string>>' },
  'kubernetes.AdmissionRequest': {
    kind: 'kubernetes.GroupVersionKind',
    resource: 'kubernetes.GroupVersionResource',
    subResource: 'string',
    requestKind: 'kubernetes.GroupVersionKind',
    requestResource: 'kubernetes.GroupVersionResource',
    requestSubResource: 'string',
    name: 'string',
    namespace: 'string',
    operation: 'string',
    userInfo: 'kubernetes.UserInfo',
    dryRun: 'bool',
    options: 'dyn',
  },
  'kubernetes.NamespaceMetadata': {
    name: 'string',
    generateName: 'string',
    namespace: 'string',
    labels: 'map<string, string>',
    annotations: 'map<string, string>',
    UID: 'string',
    creationTimestamp: 'google.protobuf.Timestamp',
    deletionGracePeriodSeconds: 'int',
    deletionTimestamp: 'google.protobuf.Timestamp',
    generation: 'int',
    resourceVersion: 'string',
    finalizers: 'list<string>',
  },
  'kubernetes.NamespaceSpec': { finalizers: 'list<string>' },
  'kubernetes.NamespaceStatus': { phase: 'string', conditions: 'list<dyn>' },
  'kubernetes.Namespace': {
    metadata: 'kubernetes.NamespaceMetadata',
    spec: 'kubernetes.NamespaceSpec',
    status: 'kubernetes.NamespaceStatus',
  },
};

/** Declares `request` and `namespaceObject` with the fields they have. */
export function registerAdmissionTypes(env: Environment): void {
  for (const [name, fields] of Object.entries(ADMISSION_TYPES)) env.registerType(name, { fields: { ...fields } });
  env.registerVariable('request', 'kubernetes.AdmissionRequest');
  env.registerVariable('namespaceObject', 'kubernetes.Namespace');
}

const SIMPLE: Readonly<Record<string, string>> = {
  string: 'string',
  bool: 'bool',
  int: 'int',
  time: 'google.protobuf.Timestamp',
  // Integers or texts, and amounts: the schema leaves them open.
  intOrString: 'dyn',
  quantity: 'dyn',
  any: 'dyn',
};

/** Declares a kind and all types below it; returns the name of its type, `dyn` for kinds without a table of fields. */
export function registerSchema(env: Environment, kind: string, known: Set<string> = new Set()): string {
  const name = `schema.${kind}`;
  if (known.has(kind) || env.getDefinitions().variables.some(({ type }) => type === name)) return name;
  const fields = shapeFields(kind);
  if (fields === undefined) return 'dyn';
  known.add(kind);
  const types: Record<string, string> = {};
  for (const [field, type] of fields) types[field] = typeOf(env, type, known);
  env.registerType(name, { fields: types });
  return name;
}

function typeOf(env: Environment, type: string, known: Set<string>): string {
  if (type.startsWith('[')) return `list<${typeOf(env, type.slice(1, -1), known)}>`;
  if (type.startsWith('{')) return `map<string, ${typeOf(env, type.slice(1, -1), known)}>`;
  return SIMPLE[type] ?? registerSchema(env, type, known);
}
