import { isRecord } from '#shared/core/json.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '#shared/kube/storage.ts';
import type { KubeObject, Pod, Status } from '#shared/kube/types.ts';
import { pod as buildPod, statefulSet } from '../../testing/builders.ts';
import type { StorageLab } from './lab.ts';
import type { StorageEntry, StorageFold, StorageScenario, StorageStep } from './timeline.ts';

/** What a user does in one captured step, given the lab and the lab's name of each captured object; the answer when the API refuses. */
export type Action = (lab: StorageLab, nameOf: (object: string) => string) => Status | undefined;

type Fields = Record<string, unknown>;
type Reference = { plural: string; name: string };

const MODES: Readonly<Record<string, string>> = {
  RWO: 'ReadWriteOnce',
  RWX: 'ReadWriteMany',
  ROX: 'ReadOnlyMany',
  RWOP: 'ReadWriteOncePod',
};
const KINDS: Readonly<Record<string, string>> = {
  persistentvolumes: 'PersistentVolume',
  persistentvolumeclaims: 'PersistentVolumeClaim',
  pods: 'Pod',
};

function split(object: string): Reference {
  const cut = object.indexOf('/');
  return { plural: object.slice(0, cut), name: object.slice(cut + 1) };
}

/** What a captured step says beside its time line: names, modes, sources and labels that only its title tells. */
export class Reader {
  readonly #scenario: StorageScenario;
  readonly #id: string;

  constructor(scenario: StorageScenario) {
    this.#scenario = scenario;
    this.#id = scenario.scenario;
  }

  /** The part of a title that is about the volume `a` of `PVs a 2Gi (...), b 5Gi (...)`; the whole title when it names no volume so. */
  #about(step: StorageStep, name: string): string {
    const short = name.slice(this.#id.length + 1);
    const parts = step.step.split(/,\s+(?=(?:PV )?[a-z]\w* )|PVs /);
    return parts.find((part) => new RegExp(`^(?:PV )?${short} `).test(part)) ?? step.step;
  }

  /** Fields in which volumes or claims of one step differ although the time line shows the same. */
  alike(object: string): string {
    const { plural, name } = split(object);
    if (plural !== 'persistentvolumes') return '';
    const step = this.#scenario.steps.find(({ timeline }) => timeline.some((one) => one.object === object && one.op === 'ADDED'));
    return step === undefined ? '' : JSON.stringify(this.#volumeSpec(step, name)).replaceAll(name, '');
  }

  #all(): StorageEntry[] {
    return this.#scenario.steps.flatMap(({ timeline }) => timeline);
  }

  /** Words of all events about an object. */
  #messages(about: string): string {
    return this.#all()
      .flatMap(({ event }) => (event?.object === about ? [event.message] : []))
      .join('\n');
  }

  #modes(text: string): string[] | undefined {
    const listed = /\(('ReadWrite|'ReadOnly)[^)]*\)/.exec(text)?.[0].match(/Read\w+/g);
    const short = /\b(RWOP|RWX|ROX)\b/.exec(text)?.[1];
    return listed ?? (short === undefined ? undefined : [MODES[short] ?? short]);
  }

  /** Access modes that the claim which got the volume showed. */
  #shownModes(name: string): string[] | undefined {
    const claims = this.#all().filter(({ set }) => set?.volumeName === name);
    const claim = claims.at(-1)?.object;
    return this.#all().find(({ object, set }) => object === claim && Array.isArray(set?.statusAccessModes))?.set
      ?.statusAccessModes as string[] | undefined;
  }

  /** Class of a volume: that of the claim which got it. */
  #classOf(step: StorageStep, name: string): string | undefined {
    if (/without class/.test(step.step)) return undefined;
    const reference = this.#all().find(({ object, set }) => object === `persistentvolumes/${name}` && isRecord(set?.claimRef))
      ?.set?.claimRef;
    const claim = isRecord(reference) ? `persistentvolumeclaims/${String(reference.name)}` : '';
    const made = this.#all().find(({ object, op }) => object === claim && op === 'ADDED');
    return (made?.set?.storageClassName as string | undefined) ?? `c-${this.#id}`;
  }

  #volumeSpec(step: StorageStep, name: string): Fields {
    const about = this.#about(step, name);
    const refused = this.#messages(`PersistentVolume/${name}`);
    const path = /hostPath (\/\S+)/.exec(about)?.[1] ?? /received provided (\S+)/.exec(refused)?.[1];
    const on = /\bnode-\d+/.exec(about)?.[0];
    const expression = { key: 'kubernetes.io/hostname', operator: 'In', values: [on] };
    return {
      accessModes: this.#modes(about) ?? this.#shownModes(name) ?? ['ReadWriteOnce'],
      storageClassName: this.#classOf(step, name),
      ...(/\bBlock\b/.test(about) ? { volumeMode: 'Block' } : {}),
      ...(on === undefined ? {} : { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [expression] }] } } }),
      ...sourceOf(`${about} ${impliedSource(refused)}`, name, path, on),
      labels: Object.fromEntries([.../\((\w+)=(\w+)/g[Symbol.matchAll](about)].map(([, key, value]) => [key, value])),
    };
  }

  volume(step: StorageStep, name: string, set: Fields): PersistentVolume {
    const { labels, ...spec } = this.#volumeSpec(step, name);
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name, labels, ...(isRecord(set.annotations) ? { annotations: set.annotations } : {}) },
      spec: {
        ...spec,
        capacity: set.capacity,
        persistentVolumeReclaimPolicy: set.reclaimPolicy,
        ...(isRecord(set.claimRef) ? { claimRef: set.claimRef } : {}),
      },
    } as unknown as PersistentVolume;
  }

  claim(step: StorageStep, name: string, set: Fields): PersistentVolumeClaim {
    const title = step.step;
    const selected = /selector (\w+)(?:=(\w+)| Exists)/.exec(title);
    const expression = { key: selected?.[1] ?? '', operator: 'Exists' };
    const selector =
      selected?.[2] === undefined ? { matchExpressions: [expression] } : { matchLabels: { [expression.key]: selected[2] } };
    const className = /without class/.test(title) ? undefined : set.storageClassName;
    const mismatch = this.#messages(`PersistentVolumeClaim/${name}`);
    const told = /^PVC|^RWOP/.test(title) ? this.#modes(title) : undefined;
    const modes = told ?? (/incompatible accessMode/.test(mismatch) ? ['ReadWriteMany'] : undefined);
    const block = /^PVC Block/.test(title) || /incompatible volumeMode/.test(mismatch);
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: this.#scenario.namespace },
      spec: {
        accessModes: modes ?? ['ReadWriteOnce'],
        resources: { requests: set.requests },
        ...(className === undefined ? {} : { storageClassName: className }),
        ...(set.volumeName === undefined ? {} : { volumeName: set.volumeName }),
        ...(selected === null ? {} : { selector }),
        ...(block ? { volumeMode: 'Block' } : {}),
      },
    } as unknown as PersistentVolumeClaim;
  }

  pod(step: StorageStep, name: string, set: Fields): Pod {
    const claimed = step.timeline.find(({ object, op }) => op === 'ADDED' && object?.startsWith('persistentvolumeclaims/'));
    const claimName = claimed?.object === undefined ? 'claim' : split(claimed.object).name;
    const on = /pinned to (node-\d+)/.exec(step.step)?.[1] ?? (/cannot be scheduled/.test(step.step) ? 'nowhere' : undefined);
    const held = this.#all().filter(
      ({ object, op, set: all }) => object === `pods/${name}` && (op === 'DELETED' || all?.deleting === true),
    );
    const apart = this.#scenario.steps.filter(({ timeline }) => timeline.some((one) => held.includes(one))).length > 1;
    return buildPod(name, {
      namespace: this.#scenario.namespace,
      ...(typeof set.nodeName === 'string' ? { nodeName: set.nodeName } : {}),
      ...(apart ? { annotations: { 'lab/term': 'manual' } } : {}),
      spec: {
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
        ...(on === undefined ? {} : { nodeSelector: { 'kubernetes.io/hostname': on } }),
      },
    });
  }

  /** Classes that the title of a step makes. */
  classes({ step }: StorageStep): StorageClass[] {
    const byDefault = /default class (\w+)/.exec(step);
    if (/no default class/.test(step)) return [];
    if (byDefault !== null) return [storageClass(byDefault[1] ?? '', { provisioner: 'example.com/p', annotations: AS_DEFAULT })];
    if (/class without expansion, class with expansion/.test(step))
      return [storageClass(`c-${this.#id}`), storageClass(`c-${this.#id}-grow`, { allowVolumeExpansion: true })];
    const told = /StorageClass (Immediate|WFFC|WaitForFirstConsumer)(?: provisioner (\S+))?|^class, /.exec(step);
    if (told === null) return [];
    const mode = told[1] === 'Immediate' ? 'Immediate' : 'WaitForFirstConsumer';
    return [
      storageClass(`c-${this.#id}`, { volumeBindingMode: mode, ...(told[2] === undefined ? {} : { provisioner: told[2] }) }),
    ];
  }

  /** Classes that no title makes but that events about the first claims of their name tell of. */
  #impliedClasses(step: StorageStep): StorageClass[] {
    const names = new Set<string>();
    const made = new Set(this.#scenario.steps.flatMap((one) => this.classes(one).map(({ metadata }) => metadata.name)));
    return step.timeline.flatMap(({ object = '', op, set }) => {
      const name = set?.storageClassName;
      if (op !== 'ADDED' || typeof name !== 'string' || name === '' || made.has(name) || names.has(name)) return [];
      names.add(name);
      const about = `PersistentVolumeClaim/${split(object).name}`;
      const said = this.#all().flatMap(({ event }) => (event?.object === about ? [event] : []));
      const text = said.map(({ message }) => message).join('\n');
      const waits = said.some(({ reason }) => reason === 'WaitForFirstConsumer' || reason === 'WaitForPodScheduled');
      const provisioner = /external provisioner '([^']+)'|no volume plugin matched name: (\S+)/
        .exec(text)
        ?.slice(1)
        .find(Boolean);
      if (!waits && provisioner === undefined) return [];
      const volumeBindingMode = waits ? 'WaitForFirstConsumer' : 'Immediate';
      return [storageClass(name, { volumeBindingMode, ...(provisioner === undefined ? {} : { provisioner }) })];
    });
  }

  /** What is done in a step, in order. */
  actions(step: StorageStep, before: StorageFold): Action[] {
    const told = this.classes(step);
    const made = (told.length > 0 ? told : this.#impliedClasses(step)).map((one): Action => create(one));
    if (this.#id.startsWith('sts-')) return [...made, ...this.#statefulSet(step)];
    const [refused] = step.refused === undefined ? [] : [refusedAction(step)];
    const done = step.timeline.flatMap((entry, at) => this.#reaction(step, entry, at, before));
    return [...made, ...done, ...(refused === undefined ? [] : [refused])];
  }

  #statefulSet(step: StorageStep): Action[] {
    const { namespace } = this.#scenario;
    const ref = { kind: 'StatefulSet', namespace, name: 'db' };
    const replicas = Number(/scale to (\d+)/.exec(step.step)?.[1] ?? Number.NaN);
    if (replicas >= 0) return [(lab) => refusal(lab.cluster.client.patch(ref, 'merge', { spec: { replicas } }))];
    if (/^delete/.test(step.step)) return [(lab) => refusal(lab.cluster.client.delete(ref))];
    const volumes = step.timeline.filter(({ object, op }) => op === 'ADDED' && object?.startsWith('persistentvolumes/'));
    const policy = {
      whenDeleted: /-(?:both|when-deleted)-/.test(this.#id) ? ('Delete' as const) : ('Retain' as const),
      whenScaled: /-(?:both|when-scaled)-/.test(this.#id) ? ('Delete' as const) : ('Retain' as const),
    };
    const spec = {
      accessModes: ['ReadWriteOnce'],
      storageClassName: `c-${this.#id}`,
      resources: { requests: { storage: '1Gi' } },
    };
    const set = statefulSet('db', {
      namespace,
      replicas: 3,
      workload: {
        persistentVolumeClaimRetentionPolicy: policy,
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec } as never],
      },
    });
    return [
      ...volumes.flatMap(({ object = '', set: fields = {} }) => this.#creation(step, object, fields)),
      settled,
      create(set),
    ];
  }

  #creation(step: StorageStep, object: string, set: Fields): Action[] {
    const { plural, name } = split(object);
    if (plural === 'persistentvolumes') return [create(this.volume(step, name, set))];
    // Volumes are there before the claim; a pod comes right after its claim, as the capture's did.
    if (plural === 'persistentvolumeclaims') return [settled, create(this.claim(step, name, set))];
    return plural === 'pods' ? [create(this.pod(step, name, set))] : [];
  }

  #reaction(step: StorageStep, entry: StorageEntry, at: number, before: StorageFold): Action[] {
    const { object, op, set = {}, event } = entry;
    if (event?.reason === 'VolumeRecycled') return [endRecycler(split(event.object).name)];
    if (object === undefined) return [];
    const { plural, name } = split(object);
    const earlier = step.timeline.slice(0, at);
    if (op === 'ADDED') {
      // What the control plane said of the objects before was said before the next one came.
      const said = plural === 'pods' && earlier.some((one) => one.event !== undefined);
      return [...(said ? [settled] : []), ...this.#creation(step, object, set)];
    }
    const ref = (lab: StorageLab, of: (object: string) => string) => ({
      kind: KINDS[plural] ?? plural,
      namespace: plural === 'persistentvolumes' ? '' : lab.namespace,
      name: split(of(object)).name,
    });
    if (op === 'DELETED') {
      const marked = earlier.some((one) => one.object === object && one.set?.deleting === true);
      if (plural === 'pods' && !marked)
        return [(lab, of) => refusal(lab.cluster.client.delete(ref(lab, of), { gracePeriodSeconds: 0 }))];
      const held =
        plural === 'persistentvolumes' && marked && before.get(object)?.phase === 'Bound' && !reclaimed(earlier, object);
      return held
        ? [(lab, of) => refusal(lab.cluster.client.patch(ref(lab, of), 'merge', { metadata: { finalizers: null } }))]
        : [];
    }
    if (set.deleting === true && !reclaimed(earlier, object))
      return [(lab, of) => refusal(lab.cluster.client.delete(ref(lab, of)))];
    const change = changeOf(plural, set, step);
    if (change !== undefined) return [(lab, of) => refusal(lab.cluster.client.patch(ref(lab, of), 'merge', change))];
    return plural === 'pods' && set.phase === 'Succeeded' ? [setPhase(() => name, 'Succeeded')] : [];
  }
}

const AS_DEFAULT = { 'storageclass.kubernetes.io/is-default-class': 'true' };

function storageClass(name: string, given: Partial<StorageClass> & { annotations?: Record<string, string> } = {}): StorageClass {
  const { annotations, ...fields } = given;
  const metadata = { name, ...(annotations === undefined ? {} : { annotations }) };
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    provisioner: 'kubernetes.io/no-provisioner',
    ...fields,
    metadata,
  };
}

function sourceOf(about: string, name: string, path: string | undefined, on: string | undefined): Fields {
  if (/\bcsi\b/i.test(about)) return { csi: { driver: 'csi.example.com', volumeHandle: name } };
  if (/\bnfs\b/i.test(about)) return { nfs: { server: 'nfs.example.com', path: '/exports' } };
  if (/\biscsi\b/i.test(about)) return { iscsi: { targetPortal: '192.0.2.1', iqn: 'iqn.2001-04.com.example:lab', lun: 0 } };
  if (on !== undefined) return { local: { path: `/mnt/${name}` } };
  return { hostPath: { path: path ?? `/tmp/${name}` } };
}

/** Which source a volume must have for what was said of it. */
function impliedSource(said: string): string {
  if (/no deletable volume plugin matched/.test(said)) return 'nfs';
  if (/no volume plugin matched/.test(said)) return 'iscsi';
  return /No recycler plugin found/.test(said) ? 'csi' : '';
}

function refusal(answer: { ok: true } | { ok: false; error: Status }): Status | undefined {
  return answer.ok ? undefined : answer.error;
}

function create(object: KubeObject): Action {
  return (lab) => refusal(lab.cluster.client.create(object));
}

/** Lets the control plane do what is due. */
const settled: Action = (lab) => {
  lab.cluster.runFor(20);
  return undefined;
};

/** Whether a volume has been given up in this step: its deletion is then the control plane's. */
function reclaimed(earlier: readonly StorageEntry[], object: string): boolean {
  return earlier.some((one) => one.object === object && (one.set?.phase === 'Released' || one.set?.phase === 'Failed'));
}

/** The patch behind a change that only a user makes. */
function changeOf(plural: string, set: Fields, step: StorageStep): object | undefined {
  if (plural === 'persistentvolumeclaims' && isRecord(set.requests)) return { spec: { resources: { requests: set.requests } } };
  if (plural !== 'persistentvolumes') return undefined;
  if (set.reclaimPolicy !== undefined) return { spec: { persistentVolumeReclaimPolicy: set.reclaimPolicy } };
  const recycled = step.timeline.some(({ event }) => event?.reason === 'VolumeRecycled');
  return set.claimRef === null && !recycled ? { spec: { claimRef: null } } : undefined;
}

function setPhase(name: (lab: StorageLab) => string, phase: string, namespace?: string): Action {
  return (lab) => {
    const found = lab.cluster.client.get('Pod', namespace ?? lab.namespace, name(lab));
    if (!found.ok) return found.error;
    return refusal(lab.cluster.client.updateStatus({ ...found.value, status: { ...found.value.status, phase } } as Pod));
  };
}

function endRecycler(volume: string): Action {
  return setPhase(() => `recycler-for-${volume}`, 'Succeeded', 'default');
}

/** Requests that were refused leave no trace in the time line: their titles say what was asked for. */
function refusedAction({ step }: StorageStep): Action | undefined {
  const patches: readonly [RegExp, string, object][] = [
    [/^grow the first/, 'claim', { spec: { resources: { requests: { storage: '2Gi' } } } }],
    [/^below status/, 'grow', { spec: { resources: { requests: { storage: '500Mi' } } } }],
    [/^change access modes/, 'grow', { spec: { accessModes: ['ReadWriteMany'] } }],
    [/^pending PVC resized/, 'pend', { spec: { resources: { requests: { storage: '60Gi' } } } }],
  ];
  const found = patches.find(([title]) => title.test(step));
  if (found === undefined) return undefined;
  const [, name, patch] = found;
  return (lab) => {
    lab.cluster.runFor(20);
    return refusal(lab.cluster.client.patch({ kind: 'PersistentVolumeClaim', namespace: lab.namespace, name }, 'merge', patch));
  };
}
