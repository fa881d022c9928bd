import type { Pod } from '#shared/kube/types.ts';
import type { Client, ComponentContext, EventRecorder } from '../client/types.ts';
import type { ContainerUsage } from '../metrics/types.ts';
import type { Admission } from './admission.ts';

/** What the programs in pods use at this moment; the load model's side of it. */
export interface UsageSource {
  containersOf(pod: Pod): readonly ContainerUsage[];
  /** The same for many pods at once; not to be kept. */
  sweep?(): Pick<UsageSource, 'containersOf'>;
}

/** What a pod's worker needs from its machine. */
export interface WorkerHost {
  readonly ctx: ComponentContext;
  readonly client: Client;
  readonly recorder: EventRecorder;
  /** False while the machine cannot reach the API server: nothing is read or written then. */
  reachable(): boolean;
  hostIP(): string | undefined;
  allocateIP(pod: Pod): string;
  hasImage(image: string): boolean;
  addImage(image: string): void;
  pullMs(image: string): number;
  /** Takes the pod, sends it back, or begins to make room for it. */
  admit(pod: Pod): Admission;
  /** Bytes a running container uses now; undefined = not known. Asked by PodWorker.checkMemory. */
  memoryUsage(pod: Pod, container: string): number | undefined;
}
