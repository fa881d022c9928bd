import { isRecord } from '#shared/core/json.ts';
import { parseQuantity, printQuantity, quantityFromMilli, quantityFromValue } from '#shared/kube/quantity.ts';

/** Annotation that bears a workload's load, as electron/engine/metrics/load.ts reads it. */
export const LOAD_ANNOTATION = 'stowage.dev/load';

/** How a load goes over time: always its peak, up to it in a line, between low and peak as a wave, or by steps. */
export type LoadShape = 'constant' | 'ramp' | 'wave' | 'steps';
export const LOAD_SHAPES: readonly LoadShape[] = ['constant', 'ramp', 'wave', 'steps'];

/** From `atSeconds` on the load is this share of its peak; the first share also holds before. */
export interface LoadStep {
  readonly atSeconds: number;
  readonly share: number;
}

/** A load as the form shows it: peaks, and one shape for cpu and requests. Memory is constant. Seconds are virtual, since the scenario's start. */
export interface LoadDraft {
  readonly shape: LoadShape;
  /** Thousandths of cores of the whole workload; 0 = not said. */
  readonly cpuMilli: number;
  /** Thousandths of requests per second. */
  readonly requestsMilli: number;
  readonly memoryBytes: number;
  /** Lowest share of the peak, 0 to 1; of ramps and waves. */
  readonly low: number;
  readonly startSeconds: number;
  /** Length of the ramp, period of the wave, length of each step. */
  readonly seconds: number;
  readonly steps: readonly LoadStep[];
  /** Fields that the form does not show and keeps: `container`, `cpuPerPod`, `memoryPerPod`, `metrics`. */
  readonly rest: Readonly<Record<string, unknown>>;
}

/** No load. */
export const NO_LOAD: LoadDraft = {
  shape: 'constant',
  cpuMilli: 0,
  requestsMilli: 0,
  memoryBytes: 0,
  low: 0.1,
  startSeconds: 0,
  seconds: 300,
  steps: [],
  rest: {},
};

const STEP_SHARES = [0.25, 0.5, 0.75, 1];
const KEPT_FIELDS = new Set(['container', 'cpuPerPod', 'memoryPerPod', 'metrics']);
const SHOWN_FIELDS = new Set(['cpu', 'requestsPerSecond', 'memory', 'steps']);

/** Four equal steps up to the peak. */
export function stairs(startSeconds: number, seconds: number): readonly LoadStep[] {
  return STEP_SHARES.map((share, index) => ({ atSeconds: startSeconds + index * seconds, share }));
}

/** Milli value of a quantity, undefined when it is none. */
export function quantityMilli(text: unknown): number | undefined {
  if (typeof text !== 'string' && typeof text !== 'number') return undefined;
  const parsed = parseQuantity(text);
  return parsed.ok && parsed.value.nano >= 0n ? parsed.value.milli : undefined;
}

type Curve = Pick<LoadDraft, 'shape' | 'low' | 'startSeconds' | 'seconds' | 'steps'>;

function finite(given: unknown, missing?: number): number | undefined {
  if (given === undefined) return missing;
  return typeof given === 'number' && Number.isFinite(given) && given >= 0 ? given : undefined;
}

/** Peak and shape of one amount; undefined when the form cannot show it. */
function readAmount(given: unknown): { peak: number; curve: Curve } | undefined {
  const constant = quantityMilli(given);
  const { low, startSeconds, seconds, steps } = NO_LOAD;
  if (constant !== undefined) return { peak: constant, curve: { shape: 'constant', low, startSeconds, seconds, steps } };
  const ramp = isRecord(given) && isRecord(given.ramp) ? given.ramp : undefined;
  const sine = isRecord(given) && isRecord(given.sine) ? given.sine : undefined;
  const bottom = quantityMilli((ramp ? ramp.from : sine?.min) ?? 0);
  const peak = quantityMilli(ramp ? ramp.to : sine?.max);
  const start = finite((ramp ?? sine)?.startSeconds, 0);
  const length = finite(ramp ? ramp.seconds : sine?.periodSeconds);
  if (bottom === undefined || peak === undefined || start === undefined || !length || bottom > peak) return undefined;
  const share = peak === 0 ? 0 : bottom / peak;
  return { peak, curve: { shape: ramp ? 'ramp' : 'wave', low: share, startSeconds: start, seconds: length, steps } };
}

function sameCurve(a: Curve, b: Curve): boolean {
  const near = Math.abs(a.low - b.low) < 0.01;
  return a.shape === b.shape && near && a.startSeconds === b.startSeconds && a.seconds === b.seconds;
}

/** Shares of one amount over its steps; undefined when they are no plain quantities. */
function stepShares(value: Readonly<Record<string, unknown>>, steps: readonly Record<string, unknown>[], field: string) {
  if (value[field] === undefined && steps.every((step) => step[field] === undefined)) return { peak: 0, shares: undefined };
  const amounts: number[] = [quantityMilli(value[field] ?? 0) ?? Number.NaN];
  for (const step of steps) {
    const before = amounts.at(-1) ?? 0;
    amounts.push(step[field] === undefined ? before : (quantityMilli(step[field]) ?? Number.NaN));
  }
  const peak = Math.max(...amounts);
  return Number.isNaN(peak) || peak === 0 ? undefined : { peak, shares: amounts.map((amount) => amount / peak) };
}

function readSteps(value: Readonly<Record<string, unknown>>): LoadDraft | undefined {
  const steps = (Array.isArray(value.steps) ? value.steps : []).filter(isRecord);
  if (steps.some((step) => Object.keys(step).some((key) => !['atSeconds', 'cpu', 'requestsPerSecond'].includes(key))))
    return undefined;
  const times = steps.map((step) => finite(step.atSeconds));
  const cpu = stepShares(value, steps, 'cpu');
  const requests = stepShares(value, steps, 'requestsPerSecond');
  if (cpu === undefined || requests === undefined || times.includes(undefined)) return undefined;
  const shares = cpu.shares ?? requests.shares;
  if (shares === undefined) return undefined;
  if (cpu.shares && requests.shares?.some((share, index) => Math.abs(share - (cpu.shares?.[index] ?? 0)) > 0.01))
    return undefined;
  const ordered = times.map((time) => time ?? 0);
  if (ordered.some((time, index) => index > 0 && time < (ordered[index - 1] ?? 0))) return undefined;
  const [first = 0, second] = ordered;
  const seconds = second === undefined ? NO_LOAD.seconds : Math.max(1, second - first);
  // The part before the first step is drawn as a step of the same length.
  const startSeconds = Math.max(0, first - seconds);
  return {
    ...NO_LOAD,
    shape: 'steps',
    cpuMilli: cpu.peak,
    requestsMilli: requests.peak,
    startSeconds,
    seconds,
    steps: shares.map((share, index) => ({ atSeconds: index === 0 ? startSeconds : (ordered[index - 1] ?? 0), share })),
  };
}

/** Reads the annotation: a form, or (`undefined`) a load written by hand that the form cannot show. No annotation is no load. */
export function readLoad(text: string | undefined): LoadDraft | undefined {
  if (text === undefined) return NO_LOAD;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  if (Object.keys(value).some((key) => !KEPT_FIELDS.has(key) && !SHOWN_FIELDS.has(key))) return undefined;
  const rest = Object.fromEntries(Object.entries(value).filter(([key]) => KEPT_FIELDS.has(key)));
  const memory = value.memory === undefined ? 0 : quantityMilli(value.memory);
  if (memory === undefined) return undefined;
  const shown = { memoryBytes: Math.ceil(memory / 1000), rest };
  if (Array.isArray(value.steps) && value.steps.length > 0) {
    const stepped = readSteps(value);
    return stepped && { ...stepped, ...shown };
  }
  const cpu = value.cpu === undefined ? null : readAmount(value.cpu);
  const requests = value.requestsPerSecond === undefined ? null : readAmount(value.requestsPerSecond);
  if (cpu === undefined || requests === undefined) return undefined;
  if (cpu && requests && !sameCurve(cpu.curve, requests.curve)) return undefined;
  return { ...NO_LOAD, ...(cpu ?? requests)?.curve, cpuMilli: cpu?.peak ?? 0, requestsMilli: requests?.peak ?? 0, ...shown };
}

function printMilli(milli: number): string {
  return printQuantity(quantityFromMilli(Math.round(milli)));
}

function amountOf({ shape, low, startSeconds, seconds, steps }: Curve, peak: number): unknown {
  const bottom = printMilli(peak * low);
  if (shape === 'ramp') return { ramp: { from: bottom, to: printMilli(peak), startSeconds, seconds } };
  if (shape === 'wave') return { sine: { min: bottom, max: printMilli(peak), startSeconds, periodSeconds: seconds } };
  return printMilli(shape === 'steps' ? peak * (steps[0]?.share ?? 1) : peak);
}

/** The load as the command setLoad takes it; null when nothing is left of it. */
export function writeLoad(draft: LoadDraft): Record<string, unknown> | null {
  const load: Record<string, unknown> = { ...draft.rest };
  if (draft.cpuMilli > 0) load.cpu = amountOf(draft, draft.cpuMilli);
  if (draft.requestsMilli > 0) load.requestsPerSecond = amountOf(draft, draft.requestsMilli);
  if (draft.memoryBytes > 0) load.memory = printQuantity(quantityFromValue(draft.memoryBytes, 'BinarySI'));
  if (draft.shape === 'steps' && draft.steps.length > 1 && (draft.cpuMilli > 0 || draft.requestsMilli > 0)) {
    load.steps = draft.steps.slice(1).map(({ atSeconds, share }) => ({
      atSeconds,
      ...(draft.cpuMilli > 0 ? { cpu: printMilli(draft.cpuMilli * share) } : {}),
      ...(draft.requestsMilli > 0 ? { requestsPerSecond: printMilli(draft.requestsMilli * share) } : {}),
    }));
  }
  return Object.keys(load).length === 0 ? null : load;
}

/** Share of the peak at a virtual second. */
export function shareAt(draft: Curve, second: number): number {
  const { shape, low, startSeconds, seconds } = draft;
  if (shape === 'ramp') return low + (1 - low) * Math.min(1, Math.max(0, (second - startSeconds) / seconds));
  if (shape === 'wave') return low + ((1 - low) * (1 - Math.cos((2 * Math.PI * (second - startSeconds)) / seconds))) / 2;
  if (shape === 'steps') return (draft.steps.findLast((step) => step.atSeconds <= second) ?? draft.steps[0])?.share ?? 1;
  return 1;
}

/** Another shape, beginning now. */
export function reshape(draft: LoadDraft, shape: LoadShape, nowSeconds: number): LoadDraft {
  const startSeconds = Math.floor(nowSeconds);
  const seconds = shape === 'steps' ? 60 : shape === 'wave' ? 600 : 300;
  const low = shape === 'wave' || shape === 'ramp' ? 0.1 : draft.low;
  return { ...draft, shape, startSeconds, seconds, low, steps: shape === 'steps' ? stairs(startSeconds, seconds) : [] };
}

/** Ready-made loads. `baseMilli`: cores that the workload asks for altogether; a load of that size is what it was made for. */
export const LOAD_PRESETS = ['calm', 'rush', 'spike', 'wave'] as const;
export type LoadPreset = (typeof LOAD_PRESETS)[number];

/** Rounded to two figures, as a person would choose it. */
export function roundMilli(milli: number): number {
  if (milli <= 0) return 0;
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(milli)) - 1);
  return Math.round(milli / unit) * unit;
}

export function presetLoad(preset: LoadPreset, before: LoadDraft, baseMilli: number, nowSeconds: number): LoadDraft {
  const at = Math.floor(nowSeconds);
  const base = { ...before, startSeconds: at, steps: [] };
  const peak = (factor: number): Pick<LoadDraft, 'cpuMilli'> => ({ cpuMilli: roundMilli(baseMilli * factor) });
  switch (preset) {
    case 'calm':
      return { ...base, ...peak(0.3), shape: 'constant' };
    case 'rush':
      return { ...base, ...peak(2), shape: 'ramp', low: 0.15, seconds: 300 };
    case 'spike': {
      const steps = [
        { atSeconds: at, share: 1 },
        { atSeconds: at + 120, share: 0.1 },
      ];
      return { ...base, ...peak(3), shape: 'steps', seconds: 120, steps };
    }
    case 'wave':
      return { ...base, ...peak(1.6), shape: 'wave', low: 0.1, seconds: 600 };
  }
}

/** A slider whose steps grow with the value: 0, then from `least` to `most`. */
export interface LogScale {
  readonly least: number;
  readonly most: number;
}
/** Positions of a slider. */
export const SLIDER_TOP = 200;

/** Value at a slider's position, of two figures. */
export function valueAtPosition({ least, most }: LogScale, position: number): number {
  if (position <= 0) return 0;
  return roundMilli(least * (most / least) ** ((position - 1) / (SLIDER_TOP - 1)));
}

/** Position of a value; beyond the scale's end it stays there. */
export function positionOfValue({ least, most }: LogScale, value: number): number {
  if (value <= 0) return 0;
  const part = Math.log(Math.min(most, Math.max(least, value)) / least) / Math.log(most / least);
  return Math.round(1 + part * (SLIDER_TOP - 1));
}

/** What a total comes to on each ready pod: its even share, held down to the limit. */
export function eachPod(totalMilli: number, ready: number, limitMilli: number | undefined): { milli: number; capped: boolean } {
  const share = ready === 0 ? 0 : Math.ceil(totalMilli / ready);
  const capped = limitMilli !== undefined && share > limitMilli;
  return { milli: capped ? limitMilli : share, capped };
}
