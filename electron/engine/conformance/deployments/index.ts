import { type RolloutCase, runRollouts } from '../rollouts.ts';
import type { ConformanceReport } from '../types.ts';
import { runTemplateHashes, type TemplateHashes } from './hashes.ts';
import { type DeploymentScenario, runDeploymentScenarios } from './scenarios.ts';

/** Everything in `deployments/` of the capture, parsed. */
export interface DeploymentCapture {
  rollouts: readonly RolloutCase[];
  hashes: TemplateHashes;
  scenarios: readonly DeploymentScenario[];
}

/** Plays the whole topic `deployments`. */
export function runDeployments({ rollouts, hashes, scenarios }: DeploymentCapture): ConformanceReport {
  const families = [...runRollouts(rollouts).families, runTemplateHashes(hashes), ...runDeploymentScenarios(scenarios).families];
  return { topic: 'deployments', families };
}
