import type { ConformanceReport } from '../types.ts';
import { type CronCapture, runCronJobs } from './cronJobs.ts';
import { runDaemonSets } from './daemonSets.ts';
import { runJobs } from './jobs.ts';
import { runReplicationControllers } from './replicationControllers.ts';
import type { WorkloadScenario } from './scenario.ts';
import { runStatefulSets } from './statefulSets.ts';

/** Everything in `workloads/scenarios` of the capture, parsed, by file name without its ending. */
export type WorkloadCapture = ReadonlyMap<string, unknown>;

/** Scenarios whose file name begins with `prefix`, by name. */
function scenariosOf(capture: WorkloadCapture, prefix: string): WorkloadScenario[] {
  return [...capture].filter(([name]) => name.startsWith(prefix)).map(([, scenario]) => scenario as WorkloadScenario);
}

/** Plays the whole topic `workloads`; a new family adds its line. */
export function runWorkloads(capture: WorkloadCapture): ConformanceReport {
  const families = [
    runDaemonSets(scenariosOf(capture, 'daemonset')),
    runStatefulSets(scenariosOf(capture, 'statefulset')),
    runJobs(scenariosOf(capture, 'job-')),
    runCronJobs([...capture].filter(([name]) => name.startsWith('cronjobs')).map(([, cron]) => cron as CronCapture)),
    runReplicationControllers(scenariosOf(capture, 'replicationcontroller')),
  ];
  return { topic: 'workloads', families };
}
