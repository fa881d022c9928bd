import type { NodeVerdict } from '#shared/protocol/index.ts';
import type { Translate } from '../i18n/index.ts';

/** A reason in plain words: the message to show with its values. `key` null: no better words than the scheduler's own. */
export interface PlainReason {
  key: ReasonKey | null;
  values: Record<string, string>;
  original: string;
}

type ReasonKey =
  | 'cordoned'
  | 'otherNodeName'
  | 'taint'
  | 'taintNamed'
  | 'affinity'
  | 'enforcedAffinity'
  | 'ports'
  | 'cpu'
  | 'memory'
  | 'storage'
  | 'tooManyPods'
  | 'device'
  | 'gates'
  | 'podAffinity'
  | 'podAntiAffinity'
  | 'existingAntiAffinity'
  | 'spread'
  | 'spreadLabel'
  | 'volume'
  | 'volumeLimit'
  | 'volumeUnbound'
  | 'notFound'
  | 'claimInUse'
  | 'features'
  | 'pluginExcluded'
  | 'noVictims'
  | 'notHelpful'
  | 'neverPreempts';

interface Rule {
  pattern: RegExp;
  key: ReasonKey;
  /** Names of the pattern's groups, in order. */
  names?: readonly string[];
}

const RULES: readonly Rule[] = [
  { pattern: /^node\(s\) were unschedulable$/, key: 'cordoned' },
  { pattern: /^node\(s\) didn't match the requested node name$/, key: 'otherNodeName' },
  { pattern: /^node\(s\) had untolerated taint(?:\(s\))?$/, key: 'taint' },
  { pattern: /^node\(s\) had untolerated taint \{?(.+?):? ?(.*?)\}?$/, key: 'taintNamed', names: ['taint', 'value'] },
  { pattern: /^node\(s\) didn't match Pod's node affinity\/selector$/, key: 'affinity' },
  { pattern: /^node\(s\) didn't match scheduler-enforced node affinity$/, key: 'enforcedAffinity' },
  { pattern: /^node\(s\) didn't have free ports/, key: 'ports' },
  { pattern: /^Insufficient cpu$/, key: 'cpu' },
  { pattern: /^Insufficient memory$/, key: 'memory' },
  { pattern: /^Insufficient ephemeral-storage$/, key: 'storage' },
  { pattern: /^Too many pods$/, key: 'tooManyPods' },
  { pattern: /^Insufficient (.+)$/, key: 'device', names: ['resource'] },
  { pattern: /^waiting for scheduling gates: \[(.*)\]$/, key: 'gates', names: ['gates'] },
  { pattern: /^node\(s\) didn't match pod affinity rules$/, key: 'podAffinity' },
  { pattern: /^node\(s\) didn't match pod anti-affinity rules$/, key: 'podAntiAffinity' },
  { pattern: /^node\(s\) didn't satisfy existing pods anti-affinity rules$/, key: 'existingAntiAffinity' },
  { pattern: /^node\(s\) didn't match pod topology spread constraints \(missing required label\)$/, key: 'spreadLabel' },
  { pattern: /^node\(s\) didn't match pod topology spread constraints$/, key: 'spread' },
  { pattern: /^node\(s\) exceed max volume count$/, key: 'volumeLimit' },
  { pattern: /^pod has unbound immediate PersistentVolumeClaims$/, key: 'volumeUnbound' },
  { pattern: /ReadWriteOncePod/, key: 'claimInUse' },
  {
    pattern:
      /^node\(s\) (?:didn't find available persistent volumes|didn't match PersistentVolume|had no available (?:volume zone|disk))/,
    key: 'volume',
  },
  { pattern: /^(persistentvolume(?:claim)? ".+?").* not found$/, key: 'notFound', names: ['what'] },
  { pattern: /^node\(s\) didn't match Pod's required features$/, key: 'features' },
  { pattern: /^node\(s\) didn't satisfy plugin\(s\) \[(.*)\]$/, key: 'pluginExcluded', names: ['plugins'] },
  { pattern: /^No preemption victims found for incoming pod/, key: 'noVictims' },
  { pattern: /^Preemption is not helpful for scheduling/, key: 'notHelpful' },
  { pattern: /^not eligible due to preemptionPolicy=Never/, key: 'neverPreempts' },
];

/** Finds the plain words for one of the scheduler's reasons. */
export function findReason(reason: string): PlainReason {
  for (const rule of RULES) {
    const match = rule.pattern.exec(reason);
    if (!match) continue;
    const values = Object.fromEntries((rule.names ?? []).map((name, index) => [name, match[index + 1] ?? '']));
    return { key: rule.key, values, original: reason };
  }
  return { key: null, values: {}, original: reason };
}

/** A plugin's reason as a sentence a person understands; the scheduler's own words where no better ones are known. */
export function plainReason(t: Translate, _plugin: string, reason: string): string {
  const plain = findReason(reason);
  return plain.key === null ? plain.original : t(`reasons:${plain.key}`, plain.values);
}

/** First reason of a node's refusal in plain words; empty when the node fits. */
export function verdictReason(t: Translate, verdict: NodeVerdict): string {
  const first = verdict.reasons[0];
  if (first !== undefined) return plainReason(t, verdict.plugin ?? '', first);
  return verdict.code === 'Success' ? '' : (verdict.plugin ?? verdict.code);
}
