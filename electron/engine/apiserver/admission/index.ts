import { compareStrings } from '#shared/core/compare.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { type AdmissionSwitches, isPluginOn, PLUGIN_ORDER } from '#shared/kube/admissionPlugins.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import { alwaysPullImages } from './alwaysPullImages/index.ts';
import { defaultIngressClass } from './defaultIngressClass/index.ts';
import { defaultStorageClassPlugin } from './defaultStorageClass/index.ts';
import { defaultTolerationSeconds } from './defaultTolerationSeconds/index.ts';
import { denyServiceExternalIPs } from './denyServiceExternalIPs/index.ts';
import { extendedResourceToleration } from './extendedResourceToleration/index.ts';
import { limitPodHardAntiAffinityTopology } from './limitPodHardAntiAffinityTopology/index.ts';
import { limitRanger } from './limitRanger/index.ts';
import { mutatingPolicyPlugin } from './mutatingPolicy/index.ts';
import { namespaceLifecycle } from './namespaceLifecycle/index.ts';
import { nodeRestriction } from './nodeRestriction/index.ts';
import { persistentVolumeClaimResize } from './persistentVolumeClaimResize/index.ts';
import { podNodeSelector } from './podNodeSelector/index.ts';
import { podSecurity } from './podSecurity/index.ts';
import { podTolerationRestriction } from './podTolerationRestriction/index.ts';
import { priority } from './priority/index.ts';
import { Reinvocation } from './reinvocation.ts';
import { resourceQuota } from './resourceQuota/index.ts';
import { runtimeClass } from './runtimeClass/index.ts';
import { serviceAccount } from './serviceAccount/index.ts';
import { storageObjectInUseProtection } from './storageObjectInUseProtection/index.ts';
import { taintNodesByCondition } from './taintNodesByCondition/index.ts';
import { type AdmissionTrace, stepOf, type TraceNote } from './trace.ts';
import type { AdmissionAccess, AdmissionPlugin, AdmissionRequest } from './types.ts';
import { validatingPolicyPlugin } from './validatingPolicy/index.ts';
import { verticalPodAutoscaler } from './verticalPodAutoscaler/index.ts';
import { mutatingWebhookPlugin, validatingWebhookPlugin } from './webhooks/index.ts';

export type { AdmissionSwitches } from '#shared/kube/admissionPlugins.ts';
export type { AdmissionAccess, AdmissionPlugin, AdmissionRequest } from './types.ts';

/** All plugins there are; a new one adds its line, its place in the run is that of its name in PLUGIN_ORDER. */
export const admissionPlugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  taintNodesByCondition,
  priority,
  defaultTolerationSeconds,
  storageObjectInUseProtection,
  defaultStorageClassPlugin,
  defaultIngressClass,
  resourceQuota,
  alwaysPullImages,
  denyServiceExternalIPs,
  extendedResourceToleration,
  limitPodHardAntiAffinityTopology,
  nodeRestriction,
  persistentVolumeClaimResize,
  podNodeSelector,
  podSecurity,
  podTolerationRestriction,
  runtimeClass,
  mutatingPolicyPlugin,
  mutatingWebhookPlugin,
  verticalPodAutoscaler,
  validatingPolicyPlugin,
  validatingWebhookPlugin,
];

/** One request on its way through the chain: first `mutate`, then the kind's own validation, then `validate`, at last `done` or `refuse`. */
export interface AdmissionRun {
  /** Guards and mutations: the object to go on with (null for a delete that may happen), or the refusal, which ends the run. */
  mutate(): Result<AnyObject | null, Status>;
  /** Validations of the finished object: null, or the refusal, which ends the run. */
  validate(object: AnyObject | null): Status | null;
  /** The request was refused by something else than a plugin: ends the run. */
  refuse(by: string, refusal: Status): void;
  /** The request went through and came to this. */
  done(object: AnyObject | null): void;
}

/** The chain of one API server. */
export interface Admission {
  begin(request: AdmissionRequest): AdmissionRun;
  /** A whole run of a request whose object needs nothing else than admission. */
  admit(request: AdmissionRequest): Result<AnyObject | null, Status>;
}

/** The plugins that run under the switches, in the order in which Kubernetes runs them. */
export function chainOf(switches: AdmissionSwitches = { enable: [], disable: [] }): AdmissionPlugin[] {
  const place = (plugin: AdmissionPlugin): number => {
    const found = PLUGIN_ORDER.indexOf(plugin.name);
    return found < 0 ? PLUGIN_ORDER.length : found;
  };
  return admissionPlugins
    .filter(({ name }) => isPluginOn(name, switches))
    .sort((a, b) => place(a) - place(b) || compareStrings(a.name, b.name));
}

/** Runs plugins one after the other; the trace, when there is one, is told what each has done. */
class Run implements AdmissionRun {
  readonly #access: AdmissionAccess;
  readonly #plugins: readonly AdmissionPlugin[];
  readonly #trace: AdmissionTrace | undefined;
  readonly #note: TraceNote | undefined;
  readonly #reinvocation = new Reinvocation();
  #request: AdmissionRequest;
  #plugin = '';
  /** Policies or webhooks of the present plugin that changed the object. */
  #by: string[] = [];

  constructor(
    access: AdmissionAccess,
    plugins: readonly AdmissionPlugin[],
    trace: AdmissionTrace | undefined,
    request: AdmissionRequest,
  ) {
    this.#access = access;
    this.#plugins = plugins;
    this.#trace = trace;
    const note = trace?.begin(request);
    this.#note = note;
    const reinvocation = this.#reinvocation;
    this.#request =
      note === undefined
        ? { ...request, reinvocation }
        : {
            ...request,
            reinvocation,
            by: (name) => this.#by.push(name),
            warn: (text) => {
              stepOf(note, this.#plugin).warnings.push(text);
              request.warn(text);
            },
          };
  }

  mutate(): Result<AnyObject | null, Status> {
    const first = this.#pass();
    if (!first.ok || !this.#reinvocation.wanted) return first;
    // Plugins may have to do their part to what policies and webhooks have added. Models admission reinvoker.
    this.#reinvocation.second = true;
    return this.#pass();
  }

  #pass(): Result<AnyObject | null, Status> {
    for (const plugin of this.#plugins) {
      if (plugin.guard === undefined && plugin.mutate === undefined) continue;
      this.#plugin = plugin.name;
      const refusal = plugin.guard?.(this.#request, this.#access) ?? null;
      if (refusal !== null) return this.#end(refusal);
      const before = this.#request.object;
      if (plugin.mutate === undefined || before === null) continue;
      this.#by = [];
      const outcome = plugin.mutate(before, this.#request, this.#access);
      if (!outcome.ok) return this.#end(outcome.error);
      if (outcome.value !== before) this.#changed(before, outcome.value);
    }
    return ok(this.#request.object);
  }

  validate(object: AnyObject | null): Status | null {
    const request = { ...this.#request, object };
    for (const plugin of this.#plugins) {
      if (plugin.validate === undefined) continue;
      this.#plugin = plugin.name;
      const refusal = plugin.validate(request, this.#access);
      if (refusal === null) continue;
      this.#end(refusal);
      return refusal;
    }
    return null;
  }

  refuse(by: string, refusal: Status): void {
    this.#plugin = by;
    this.#end(refusal);
  }

  done(object: AnyObject | null): void {
    if (this.#note !== undefined) this.#trace?.keep(this.#note, object);
  }

  #changed(before: AnyObject, after: AnyObject): void {
    this.#request = { ...this.#request, object: after };
    if (this.#note === undefined) return;
    const step = stepOf(this.#note, this.#by.length === 0 ? this.#plugin : `${this.#plugin}: ${this.#by.join(', ')}`);
    step.before = before;
    step.after = after;
  }

  #end(refusal: Status): Result<never, Status> {
    if (this.#note !== undefined) {
      stepOf(this.#note, this.#plugin).refused = refusal;
      this.#trace?.keep(this.#note);
    }
    return err(refusal);
  }
}

/** Chain of the given plugins (those that run by default unless said otherwise). */
export function createAdmission(
  access: AdmissionAccess,
  plugins: readonly AdmissionPlugin[] = chainOf(),
  trace?: AdmissionTrace,
): Admission {
  const begin = (request: AdmissionRequest): AdmissionRun => new Run(access, plugins, trace, request);
  return {
    begin,
    admit(request) {
      const run = begin(request);
      const mutated = run.mutate();
      if (!mutated.ok) return mutated;
      const refusal = run.validate(mutated.value);
      if (refusal !== null) return err(refusal);
      run.done(mutated.value);
      return mutated;
    },
  };
}
