import { isRecord } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { type Amount, amountAt, parseAmount, unknownField } from './amount.ts';

/** Annotation of a workload: the load on it. */
export const LOAD_ANNOTATION = 'stowage.dev/load';
/** Annotation of a pod (or of a template): what it uses, whatever load its workload has. */
export const USAGE_ANNOTATION = 'stowage.dev/usage';
/** Annotation of any object: custom metrics that describe it. On a ConfigMap, `external` makes its data external metrics. */
export const METRICS_ANNOTATION = 'stowage.dev/metrics';
/** Custom metric that a load's request rate is. */
export const REQUESTS_METRIC = 'http_requests_per_second';

const MS_PER_SECOND = 1000;
const AMOUNTS = ['cpu', 'cpuPerPod', 'memory', 'memoryPerPod', 'requestsPerSecond'] as const;
type AmountName = (typeof AMOUNTS)[number];

/** The amounts of a load; what is absent is not said. */
interface Part {
  readonly amounts: Partial<Readonly<Record<AmountName, Amount>>>;
  readonly metrics: Readonly<Record<string, Amount>>;
}

/**
 * The load on a workload, as the JSON of its annotation `stowage.dev/load` says it. All fields are optional:
 *
 * - `cpu`: cores that the workload needs altogether; shared evenly by its ready pods.
 * - `cpuPerPod`: cores of each ready pod on top of its share.
 * - `memory`: bytes altogether, shared like cpu; `memoryPerPod`: what each pod takes even without its share.
 * - `requestsPerSecond`: requests altogether; each ready pod shows its share as custom metric `http_requests_per_second`.
 * - `metrics`: further custom metrics by name, shared in the same way.
 * - `container`: name of the container that does the work; the first one when not said. The others idle.
 * - `steps`: a list of `{"atSeconds": n, ...}`; from that time on the amounts in it replace those said before.
 *
 * Each amount is a quantity (`"1500m"`, `2`, `"1Gi"`) or changes with time: `{"ramp": {"from": "0", "to": "2", "startSeconds": 60, "seconds": 300}}`,
 * `{"sine": {"min": "200m", "max": "2", "periodSeconds": 600}}`. Times are seconds of virtual time since the start of the simulation. A container
 * never gets more cpu than its limit or its node has.
 */
export interface Load extends Part {
  readonly container: string | undefined;
  readonly steps: readonly (Part & { readonly atMs: number })[];
}

/** What a load comes to at one time. Cores and rates in thousandths, memory in bytes. */
export interface LoadNow {
  readonly container: string | undefined;
  readonly cpuMilli: number | undefined;
  readonly cpuPerPodMilli: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly memoryPerPodBytes: number | undefined;
  /** Custom metrics of the whole workload in thousandths, `http_requests_per_second` among them. */
  readonly metrics: ReadonlyMap<string, number>;
}

function parsePart(value: Readonly<Record<string, unknown>>, field: string): Result<Part, string> {
  const amounts: Partial<Record<AmountName, Amount>> = {};
  const at = (name: string) => (field === '' ? name : `${field}.${name}`);
  for (const name of AMOUNTS) {
    if (value[name] === undefined) continue;
    const amount = parseAmount(value[name], at(name));
    if (!amount.ok) return amount;
    amounts[name] = amount.value;
  }
  const metrics = parseMetrics(value.metrics, at('metrics'));
  return metrics.ok ? ok({ amounts, metrics: metrics.value }) : metrics;
}

/** Amounts by metric name; none when the value is absent. */
export function parseMetrics(value: unknown, field: string): Result<Readonly<Record<string, Amount>>, string> {
  if (value === undefined) return ok({});
  if (!isRecord(value)) return err(`${field} must be an object of metric names and amounts`);
  const metrics: [string, Amount][] = [];
  for (const [name, given] of Object.entries(value)) {
    const amount = parseAmount(given, field === '' ? name : `${field}.${name}`);
    if (!amount.ok) return amount;
    metrics.push([name, amount.value]);
  }
  return ok(Object.fromEntries(metrics));
}

/** An object out of JSON text; the error is for people. */
export function parseJsonObject(text: string): Result<Readonly<Record<string, unknown>>, string> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? ok(value) : err('it must be a JSON object such as {"cpu": "500m"}');
  } catch {
    return err('it is no JSON; write for example {"cpu": "500m"}');
  }
}

/** Reads a load out of JSON text or an object. The error says which field is wrong and what it may be. */
export function parseLoad(given: unknown): Result<Load, string> {
  const read = typeof given === 'string' ? parseJsonObject(given) : isRecord(given) ? ok(given) : err('it must be an object');
  if (!read.ok) return read;
  const value = read.value;
  const odd = unknownField(value, [...AMOUNTS, 'metrics', 'container', 'steps'], '');
  if (odd !== undefined) return err(odd);
  const { container } = value;
  if (container !== undefined && typeof container !== 'string') return err('container must be the name of a container');
  const part = parsePart(value, '');
  if (!part.ok) return part;
  const steps = parseSteps(value.steps);
  return steps.ok ? ok({ ...part.value, container, steps: steps.value }) : steps;
}

function parseSteps(value: unknown): Result<Load['steps'], string> {
  if (value === undefined) return ok([]);
  if (!Array.isArray(value)) return err('steps must be a list such as [{"atSeconds": 60, "cpu": "2"}]');
  const steps: Load['steps'][number][] = [];
  for (const [index, one] of (value as unknown[]).entries()) {
    const field = `steps[${index}]`;
    if (!isRecord(one)) return err(`${field} must be an object such as {"atSeconds": 60, "cpu": "2"}`);
    const odd = unknownField(one, ['atSeconds', ...AMOUNTS, 'metrics'], field);
    if (odd !== undefined) return err(odd);
    const { atSeconds } = one;
    if (typeof atSeconds !== 'number' || !Number.isFinite(atSeconds) || atSeconds < 0) {
      return err(`${field}.atSeconds must be a number of seconds`);
    }
    const part = parsePart(one, field);
    if (!part.ok) return part;
    steps.push({ ...part.value, atMs: Math.round(atSeconds * MS_PER_SECOND) });
  }
  return ok(steps.sort((a, b) => a.atMs - b.atMs));
}

const BYTES_PER_MILLI = 1000;

/** What a load comes to at a virtual time. */
export function loadAt(load: Load, atMs: number): LoadNow {
  const parts: Part[] = [load, ...load.steps.filter((step) => step.atMs <= atMs)];
  const amounts = Object.assign({}, ...parts.map((part) => part.amounts)) as Part['amounts'];
  const custom = Object.assign({}, ...parts.map((part) => part.metrics)) as Part['metrics'];
  const milli = (name: AmountName) => {
    const amount = amounts[name];
    return amount === undefined ? undefined : amountAt(amount, atMs);
  };
  const bytes = (name: AmountName) => {
    const amount = milli(name);
    return amount === undefined ? undefined : Math.ceil(amount / BYTES_PER_MILLI);
  };
  const metrics = new Map(Object.entries(custom).map(([name, amount]) => [name, amountAt(amount, atMs)]));
  const requests = milli('requestsPerSecond');
  if (requests !== undefined) metrics.set(REQUESTS_METRIC, requests);
  return {
    container: load.container,
    cpuMilli: milli('cpu'),
    cpuPerPodMilli: milli('cpuPerPod'),
    memoryBytes: bytes('memory'),
    memoryPerPodBytes: bytes('memoryPerPod'),
    metrics,
  };
}

/**
 * What one pod uses, as the JSON of its annotation `stowage.dev/usage` says it: `cpu` and `memory` of its working container, `metrics` by name, and
 * `containers` with `cpu` and `memory` of single ones. What is not said comes from the workload's load.
 */
export interface Usage {
  readonly cpu: Amount | undefined;
  readonly memory: Amount | undefined;
  readonly metrics: Readonly<Record<string, Amount>>;
  readonly containers: Readonly<Record<string, { readonly cpu: Amount | undefined; readonly memory: Amount | undefined }>>;
}

function parsePair(value: Readonly<Record<string, unknown>>, field: string): Result<Pick<Usage, 'cpu' | 'memory'>, string> {
  const read = (name: 'cpu' | 'memory'): Result<Amount | undefined, string> =>
    value[name] === undefined ? ok(undefined) : parseAmount(value[name], field === '' ? name : `${field}.${name}`);
  const cpu = read('cpu');
  if (!cpu.ok) return cpu;
  const memory = read('memory');
  return memory.ok ? ok({ cpu: cpu.value, memory: memory.value }) : memory;
}

/** Reads the usage of a pod out of JSON text. */
export function parseUsage(text: string): Result<Usage, string> {
  const read = parseJsonObject(text);
  if (!read.ok) return read;
  const value = read.value;
  const odd = unknownField(value, ['cpu', 'memory', 'metrics', 'containers'], '');
  if (odd !== undefined) return err(odd);
  const pair = parsePair(value, '');
  if (!pair.ok) return pair;
  const metrics = parseMetrics(value.metrics, 'metrics');
  if (!metrics.ok) return metrics;
  const given = value.containers ?? {};
  if (!isRecord(given)) return err('containers must be an object of container names');
  const containers: [string, Pick<Usage, 'cpu' | 'memory'>][] = [];
  for (const [name, one] of Object.entries(given)) {
    const field = `containers.${name}`;
    if (!isRecord(one)) return err(`${field} must be an object such as {"cpu": "200m"}`);
    const wrong = unknownField(one, ['cpu', 'memory'], field);
    if (wrong !== undefined) return err(wrong);
    const own = parsePair(one, field);
    if (!own.ok) return own;
    containers.push([name, own.value]);
  }
  return ok({ ...pair.value, metrics: metrics.value, containers: Object.fromEntries(containers) });
}

const CACHED = 2048;

/** A parser that remembers: the same annotation is read at every look. */
function remembering<T>(parse: (text: string) => Result<T, string>): (text: string) => T | undefined {
  const known = new Map<string, T | undefined>();
  return (text) => {
    if (known.has(text)) return known.get(text);
    const parsed = parse(text);
    const value = parsed.ok ? parsed.value : undefined;
    if (known.size >= CACHED) known.clear();
    known.set(text, value);
    return value;
  };
}

/** The load that an annotation says; undefined when it cannot be read (load checks tell why). */
export const knownLoad = remembering<Load>(parseLoad);
/** The usage that an annotation says; undefined when it cannot be read. */
export const knownUsage = remembering(parseUsage);
/** The metrics that an annotation says; undefined when it cannot be read. */
export const knownMetrics = remembering((text) => {
  const read = parseJsonObject(text);
  return read.ok ? parseMetrics(read.value, '') : read;
});
