import { bootstrap } from './apiserver/bootstrap.ts';
import { ApiServer } from './apiserver/server.ts';
import { EngineContext } from './client/context.ts';
import { expireEvents } from './client/eventTtl.ts';
import { defaultEngineConfig, type EngineConfig } from './client/types.ts';
import { VirtualClock } from './sim/clock.ts';
import { SeededRandom } from './sim/random.ts';
import { ObjectStore } from './store/store.ts';
import type { DeepPartial } from './types.ts';

/** Virtual start of a simulation that names none. */
export const DEFAULT_START_TIME = '2026-01-01T00:00:00Z';

/** A cluster without components: clock, randomness, store, API server and what components are given. */
export interface EngineCore {
  readonly startTime: string;
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly store: ObjectStore;
  readonly server: ApiServer;
  readonly context: EngineContext;
}

/** What a core is made from. */
export interface CoreOptions {
  readonly seed: number;
  readonly startTime?: string | undefined;
  readonly config?: DeepPartial<EngineConfig> | undefined;
  readonly historyBytes?: number | undefined;
}

/** Defaults with the given fields replaced. */
export function mergeConfig(given: DeepPartial<EngineConfig> | undefined): EngineConfig {
  return {
    kubelet: kubeletConfig(given?.kubelet),
    nodeLifecycle: { ...defaultEngineConfig.nodeLifecycle, ...given?.nodeLifecycle },
    scheduler: { ...defaultEngineConfig.scheduler, ...given?.scheduler },
    storage: { ...defaultEngineConfig.storage, ...given?.storage },
    hpa: { ...defaultEngineConfig.hpa, ...given?.hpa },
    eventTtlMs: given?.eventTtlMs ?? defaultEngineConfig.eventTtlMs,
    admission: { ...defaultEngineConfig.admission, ...given?.admission },
    clusterAutoscaler: { ...defaultEngineConfig.clusterAutoscaler, ...given?.clusterAutoscaler },
  };
}

function kubeletConfig(given: DeepPartial<EngineConfig>['kubelet']): EngineConfig['kubelet'] {
  const defaults = defaultEngineConfig.kubelet;
  return {
    ...defaults,
    ...given,
    // Limits are given as a whole: a signal left out of them has none.
    eviction: { ...defaults.eviction, ...(given?.eviction as Partial<EngineConfig['kubelet']['eviction']> | undefined) },
    imageGc: { ...defaults.imageGc, ...given?.imageGc },
    shutdown: { ...defaults.shutdown, ...given?.shutdown },
  };
}

/** Builds a core with the objects every cluster starts with. Throws RangeError for a start time that is none. */
export function createCore(options: CoreOptions): EngineCore {
  const startTime = options.startTime ?? DEFAULT_START_TIME;
  const clock = new VirtualClock(startTime);
  const random = new SeededRandom(options.seed);
  const store = new ObjectStore(() => clock.nowMs, options.historyBytes);
  const config = mergeConfig(options.config);
  const server = new ApiServer(store, clock, random, config.admission);
  const context = new EngineContext({ clock, random, server, watch: (kind) => store.table(kind), config });
  bootstrap(server);
  expireEvents(clock, context.client('kube-apiserver'), context.informer('Event'), config.eventTtlMs);
  return { startTime, clock, random, store, server, context };
}
