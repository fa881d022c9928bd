import { compareStrings } from '#shared/core/compare.ts';
import { isRecord } from '#shared/core/json.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, Pod, PodSpec } from '#shared/kube/types.ts';
import { createTestCluster } from '../testing/harness.ts';
import type { ConformanceFamily } from './types.ts';

/** An object as sent and as the API server stored it, as in `admission/defaulting.json`. */
export interface DefaultingPair {
  id: string;
  input: AnyObject;
  storedAtCreate?: AnyObject;
  error?: unknown;
}

const NAMESPACE = 'dflt';
/** Volumes of the ServiceAccount plugin, which belongs to a later issue with the account's name. */
const TOKEN_VOLUME = 'kube-api-access-';

/** Creates every object of a simulated kind and compares what is stored, without what the ServiceAccount plugin adds. */
export function runDefaultingFamily(pairs: readonly DefaultingPair[]): ConformanceFamily {
  const family: ConformanceFamily = { name: 'defaulting', agree: 0, total: 0, disagree: [], later: [] };
  for (const pair of pairs) {
    const info = kindInfo(pair.input.kind);
    if (info?.simulated !== true || pair.storedAtCreate === undefined) {
      family.later.push({ id: pair.id, why: `kind ${pair.input.kind}` });
      continue;
    }
    // A cluster of its own, so that no pair sees what another one made.
    const cluster = createTestCluster({ seed: 1 });
    cluster.client.create<AnyObject>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    const metadata = info.namespaced ? { ...pair.input.metadata, namespace: NAMESPACE } : pair.input.metadata;
    const created = cluster.client.create({ ...pair.input, metadata });
    const expected = canonical(pair.storedAtCreate);
    const got = created.ok ? canonical(created.value) : created.error.message;
    family.total++;
    if (expected === got) family.agree++;
    else family.disagree.push({ id: pair.id, what: 'stored object', expected, got });
  }
  return family;
}

/** Text of an object with sorted keys, without system fields, times, what is drawn or allocated, and the ServiceAccount plugin's work. */
function canonical(object: AnyObject): string {
  const {
    uid: _uid,
    resourceVersion: _version,
    creationTimestamp: _created,
    managedFields: _managed,
    ...metadata
  } = object.metadata;
  const spec = object.kind === 'Pod' ? { spec: withoutAccount((object as unknown as Pod).spec) } : {};
  return JSON.stringify(sorted({ ...object, ...spec, metadata }))
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>')
    .replace(/"10\.96\.\d+\.\d+"/g, '"<cluster ip>"')
    .replace(/"nodePort":\d+/g, '"nodePort":"<allocated>"');
}

function withoutAccount(spec: PodSpec): PodSpec {
  const { serviceAccount: _account, serviceAccountName: _name, volumes, ...rest } = spec;
  const own = (volumes ?? []).filter((volume) => !volume.name.startsWith(TOKEN_VOLUME));
  const clean = (containers: PodSpec['containers']): PodSpec['containers'] =>
    containers.map(({ volumeMounts, ...container }) => {
      const mounts = (volumeMounts ?? []).filter((mount) => !mount.name.startsWith(TOKEN_VOLUME));
      return mounts.length === 0 ? container : { ...container, volumeMounts: mounts };
    });
  return {
    ...rest,
    ...(own.length === 0 ? {} : { volumes: own }),
    containers: clean(spec.containers),
    ...(spec.initContainers === undefined ? {} : { initContainers: clean(spec.initContainers) }),
  };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const names = Object.keys(value)
    .filter(
      (name) =>
        value[name] !== null && value[name] !== undefined && name !== 'lastTransitionTime' && name !== 'lastPhaseTransitionTime',
    )
    .sort(compareStrings);
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]));
}
