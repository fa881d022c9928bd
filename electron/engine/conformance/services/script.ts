/** What the steps of a captured scenario say in words, for what their changes do not tell. */

/** One change of an object in the order of resource versions. `set`: the fields that changed, whole. */
export interface Change {
  object: string;
  op: 'ADDED' | 'MODIFIED' | 'DELETED';
  set?: Readonly<Record<string, unknown>>;
}

/** An event as the capture lists it among the changes. */
export interface SeenEvent {
  event: { type: string; reason: string; message: string; source?: { component?: string }; count?: number };
}

/** One step of a scenario: what was done, in words, and the changes that followed. */
export interface Step {
  step: string;
  timeline: (Change | SeenEvent)[];
  /** Numbers of endpoints in each slice, where there are too many to list. */
  sliceSizes?: number[];
  endpointsObjectAddresses?: number;
  /** What a command printed; an empty list when it met nothing. */
  output?: unknown[];
}

/** A file of `services/endpoints`. */
export interface EndpointScenario {
  scenario: string;
  description: string;
  steps: Step[];
}

/** The changes of a step without the events among them. */
export function changesOf({ timeline }: Step): Change[] {
  return timeline.filter((one): one is Change => 'object' in one);
}

/** The events among the changes of a step. */
export function eventsOf({ timeline }: Step): SeenEvent[] {
  return timeline.filter((one): one is SeenEvent => 'event' in one);
}

/** Fields of a pod that its changes do not show. */
export interface PodTraits {
  labels: Record<string, string>;
  hostname?: string;
  subdomain?: string;
  port?: { name: string; number: number };
}

const HEADLESS = 'service.kubernetes.io/headless';

/** Labels, hostname and ports of a pod, from the words of the step that makes it. */
export function traitsOf(name: string, words: string): PodTraits {
  const label = new RegExp(`\\b${name} \\((\\w+)=(\\w+)\\)`).exec(words);
  const port = new RegExp(`\\b${name}: (?:container port )?(\\w+)=(\\d+)`).exec(words);
  const traits: PodTraits = { labels: label === null ? { app: 'web' } : { [label[1] ?? '']: label[2] ?? '' } };
  if (port !== null) traits.port = { name: port[1] ?? '', number: Number(port[2]) };
  if (!/\bwith hostname\b/.test(words)) return traits;
  traits.hostname = `host-${name}`;
  if (/subdomain of the Service/.test(words)) traits.subdomain = 'web';
  else if (/other subdomain/.test(words)) traits.subdomain = 'other';
  return traits;
}

/** Labels that a step gives: `pod a relabelled to app=api`, `Service gets a label team=x`. */
export function relabelling(words: string): { pod: string | undefined; labels: Record<string, string> } | undefined {
  const found = /^(?:pod (\w+) relabelled to|Service gets a label) (\w+)=(\w+)$/.exec(words);
  return found === null ? undefined : { pod: found[1], labels: { [found[2] ?? '']: found[3] ?? '' } };
}

/** A change of the service that none of its captured fields tells. */
export function servicePatch(words: string): object | undefined {
  const distribution = /^trafficDistribution (\w+)$/.exec(words);
  if (distribution !== null) {
    return { spec: { trafficDistribution: distribution[1] === 'removed' ? null : distribution[1] } };
  }
  const annotation = /^annotation ([\w./-]+): (\w+)$/.exec(words);
  return annotation === null ? undefined : { metadata: { annotations: { [annotation[1] ?? '']: annotation[2] } } };
}

/** Fields of the service that its changes do not show. */
export function serviceTraits(scenario: EndpointScenario, step: Step): Record<string, unknown> {
  const distribution = /trafficDistribution (\w+)/.exec(step.step);
  const headless = scenario.steps.some((one) =>
    changesOf(one).some(({ set }) => HEADLESS in ((set?.labels as Record<string, string> | null | undefined) ?? {})),
  );
  return {
    ...(headless ? { clusterIP: 'None' } : {}),
    ...(distribution === null ? {} : { trafficDistribution: distribution[1] }),
    ...(scenario.description.includes('publishNotReadyAddresses: true') ? { publishNotReadyAddresses: true } : {}),
  };
}
