import type { AnyObject } from '#shared/kube/types.ts';

/** How the fake metrics server of the capture shares a number out among the pods. Numbers: milli-cpu, MiB, thousandths of custom metrics. */
export interface Share {
  /** The same for every pod. */
  each?: number;
  /** Divided among the pods that run, cut to whole numbers. */
  total?: number;
  /** By number of the pod; null = no metric. */
  list?: readonly (number | null)[];
  /** For pods after the list. */
  rest?: number;
  /** A share of its own for each container. */
  containers?: Readonly<Record<string, Share>>;
}

/** What the fake metrics server was told. */
export interface MetricsScript {
  cpu?: Share | null;
  memory?: Share | null;
  pods?: Share | null;
  object?: string;
  external?: readonly string[];
  error?: readonly [code: number, message: string, reason: string];
}

/** One entry of a time line; exactly one of the facts is there. */
export interface TimelineEntry {
  t: number;
  times?: readonly number[];
  hpa?: string;
  hpaStatus?: Readonly<Record<string, unknown>> | 'DELETED';
  target?: { object: string; specReplicas: number; statusReplicas: number };
  event?: { object: string; type: string; reason: string; message: string; source: string };
  metricRequest?: { path: string; labelSelector?: string; pods?: readonly { pod: string }[] };
}

/** Something done by hand, as `[verb, ...arguments]`. */
export type Action = readonly [verb: string, ...rest: readonly unknown[]];

/** One step of a case: what is done, and what was seen in the seconds after it. */
export interface AutoscalerStep {
  note: string;
  metricsScript: MetricsScript;
  actions?: readonly Action[];
  observedSeconds: number;
  timeline: readonly TimelineEntry[];
}

/** A captured time line, as in `hpa/cases`. */
export interface AutoscalerCase {
  case: string;
  workloads: readonly AnyObject[];
  hpas: readonly AnyObject[];
  hpaSpecAsStored: Readonly<Record<string, unknown>>;
  otherObjects: readonly AnyObject[];
  steps: readonly AutoscalerStep[];
  finalStatus: Readonly<Record<string, unknown>>;
}
