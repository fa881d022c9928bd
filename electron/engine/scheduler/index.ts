import type { ComponentContext } from '../client/types.ts';
import { Scheduler, type SchedulerComponent, type SchedulerOptions } from './scheduler.ts';

export type { ProfileConfig } from './profiles.ts';
export { createSandbox, type Sandbox, type SandboxChange } from './sandbox.ts';
export { type SchedulerComponent, type SchedulerOptions, type SchedulerSettings, schedulerName } from './scheduler.ts';

/** Builds the scheduler; it does nothing before `start`. */
export function createScheduler(ctx: ComponentContext, options?: SchedulerOptions): SchedulerComponent {
  return new Scheduler(ctx, options);
}
