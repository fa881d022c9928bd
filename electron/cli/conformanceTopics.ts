import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { budgetCases, runAdmissionConformance } from '#engine/conformance/admission.ts';
import { runDrainConformance } from '#engine/conformance/drain.ts';
import { runNodeTimelines, timelineCases } from '#engine/conformance/nodeTimelines.ts';
import type { ConformanceReport } from '#engine/conformance/types.ts';

/** Runs one topic of a data directory; undefined when the directory does not have it. `readText` reads a file, unpacking .gz. */
export type Topic = (data: string, readText: (file: string) => string) => ConformanceReport | undefined;

/** API requests, defaulting pairs and the rules of disruption budgets. The repository's own sample has the budgets beside the others. */
const admission: Topic = (data, readText) => {
  const requests = join(data, 'admission/requests.json');
  if (!existsSync(requests)) return undefined;
  const own = join(data, 'admission/budgets.json');
  const budgets = existsSync(own) ? own : join(data, 'governance/requests.json');
  return runAdmissionConformance({
    requests: JSON.parse(readText(requests)),
    defaulting: JSON.parse(readText(join(data, 'admission/defaulting.json'))),
    budgets: existsSync(budgets) ? budgetCases(JSON.parse(readText(budgets))) : [],
  });
};

/** Cordon, drain and evictions with words and exit codes; time lines of taints and silent nodes. */
const nodes: Topic = (data, readText) => {
  const read = (name: string) => JSON.parse(readText(join(data, `nodes/${name}.json`)));
  if (!existsSync(join(data, 'nodes/drain.json'))) return undefined;
  const report = runDrainConformance(read('drain'));
  const singles = Object.fromEntries(['notready-default-timing', 'all-nodes-down'].map((name) => [name, read(name)]));
  const timelines = runNodeTimelines(timelineCases(read('taints-and-conditions'), singles));
  return { ...report, families: [...report.families, timelines] };
};

/** Topics beside the scheduler's decisions. */
export const otherTopics: readonly Topic[] = [admission, nodes];
