import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type AdmissionCase, budgetCases, type GovernanceCase, runAdmissionConformance } from '#engine/conformance/admission.ts';
import type { DefaultingPair } from '#engine/conformance/defaulting.ts';
import type { TemplateHashes } from '#engine/conformance/deployments/hashes.ts';
import { runDeployments } from '#engine/conformance/deployments/index.ts';
import type { DeploymentScenario } from '#engine/conformance/deployments/scenarios.ts';
import { type DrainCase, runDrainConformance } from '#engine/conformance/drain.ts';
import { runBudgets } from '#engine/conformance/governance/budgets.ts';
import { runGarbageCollection } from '#engine/conformance/governance/garbage.ts';
import { runNamespaces } from '#engine/conformance/governance/namespaces.ts';
import { runQuotas } from '#engine/conformance/governance/quotas.ts';
import { runGovernanceRequests } from '#engine/conformance/governance/requests.ts';
import { runServiceAccounts } from '#engine/conformance/governance/serviceAccounts.ts';
import type { GovernanceScenario } from '#engine/conformance/governance/timeline.ts';
import type { AutoscalerCase } from '#engine/conformance/hpa/cases.ts';
import { runAutoscalerRequests } from '#engine/conformance/hpa/requests.ts';
import { runAutoscalerTimelines } from '#engine/conformance/hpa/timelines.ts';
import { runNodeTimelines, type SingleTimeline, type TimelineCase, timelineCases } from '#engine/conformance/nodeTimelines.ts';
import { type PolicyScenario, runPolicies } from '#engine/conformance/policies/index.ts';
import { type PreemptionCase, runPreemptionConformance } from '#engine/conformance/preemption.ts';
import { parseJsonLines } from '#engine/conformance/read.ts';
import type { RolloutCase } from '#engine/conformance/rollouts.ts';
import {
  type AllocationFacts,
  type EndpointScenario,
  runServices,
  type ServiceCase,
} from '#engine/conformance/services/index.ts';
import type { StorageScenario } from '#engine/conformance/storage/timeline.ts';
import { runStorageConformance } from '#engine/conformance/storage.ts';
import type { ConformanceReport } from '#engine/conformance/types.ts';
import { runWorkloads } from '#engine/conformance/workloads/index.ts';

/** Reads a file as text, unpacking .gz. */
export type ReadText = (file: string) => string;

/** Runs one topic of a data directory; undefined when the directory does not have it. */
export type Topic = (data: string, readText: ReadText) => ConformanceReport | undefined;

/** Reads a JSON file of a known shape. */
function json<T>(file: string, readText: ReadText): T {
  return JSON.parse(readText(file)) as T;
}

const admission: Topic = (data, readText) => {
  const folder = join(data, 'admission');
  if (!existsSync(join(folder, 'requests.json'))) return undefined;
  const mistakes = join(folder, 'kubectl-manifest-mistakes.txt');
  const governance = [join(data, 'governance', 'requests.json'), join(folder, 'budgets.json')].find((file) => existsSync(file));
  return runAdmissionConformance({
    requests: json<AdmissionCase[]>(join(folder, 'requests.json'), readText),
    defaulting: json<DefaultingPair[]>(join(folder, 'defaulting.json'), readText),
    budgets: governance === undefined ? [] : budgetCases(json<GovernanceCase[]>(governance, readText)),
    ...(existsSync(mistakes) ? { mistakes: readText(mistakes) } : {}),
  });
};

const deployments: Topic = (data, readText) => {
  const folder = join(data, 'deployments');
  if (!existsSync(join(folder, 'rollouts.jsonl'))) return undefined;
  const names = readdirSync(join(folder, 'scenarios')).filter((name) => name.endsWith('.json'));
  return runDeployments({
    rollouts: parseJsonLines<RolloutCase>(readText(join(folder, 'rollouts.jsonl'))),
    hashes: json<TemplateHashes>(join(folder, 'pod-template-hash.json'), readText),
    scenarios: names.sort().map((name) => json<DeploymentScenario>(join(folder, 'scenarios', name), readText)),
  });
};

const drain: Topic = (data, readText) => {
  const file = join(data, 'nodes', 'drain.json');
  return existsSync(file) ? runDrainConformance(json<DrainCase[]>(file, readText)) : undefined;
};

const timelines: Topic = (data, readText) => {
  const folder = join(data, 'nodes');
  if (!existsSync(join(folder, 'taints-and-conditions.json'))) return undefined;
  const single = (name: string): SingleTimeline => json<SingleTimeline>(join(folder, `${name}.json`), readText);
  const cases = timelineCases(json<TimelineCase[]>(join(folder, 'taints-and-conditions.json'), readText), {
    'notready-default-timing': single('notready-default-timing'),
    'all-nodes-down': single('all-nodes-down'),
  });
  return { topic: 'node time lines', families: [runNodeTimelines(cases)] };
};

const governance: Topic = (data, readText) => {
  const scenarios = (folder: string): GovernanceScenario[] => {
    const path = join(data, 'governance', folder);
    if (!existsSync(path)) return [];
    const names = readdirSync(path).filter((name) => name.endsWith('.json'));
    return names.sort().map((name) => json<GovernanceScenario>(join(path, name), readText));
  };
  const [budgets, garbage] = [scenarios('pdb'), scenarios('gc')];
  if (budgets.length + garbage.length === 0) return undefined;
  const file = join(data, 'governance', 'requests.json');
  const requests = existsSync(file) ? runGovernanceRequests(json<GovernanceCase[]>(file, readText)) : [];
  const families = [runBudgets(budgets), runGarbageCollection(garbage), runQuotas(scenarios('quota'))];
  families.push(runServiceAccounts(scenarios('serviceaccounts')), runNamespaces(scenarios('namespaces')), ...requests);
  return { topic: 'governance', families: families.filter(({ total, later }) => total + later.length > 0) };
};

const preemption: Topic = (data, readText) => {
  const file = join(data, 'preemption', 'cases.json');
  return existsSync(file) ? runPreemptionConformance(json<PreemptionCase[]>(file, readText)) : undefined;
};

const storage: Topic = (data, readText) => {
  const [file, folder] = [join(data, 'storage', 'requests.json'), join(data, 'storage', 'scenarios')];
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  if (!existsSync(file) && names.length === 0) return undefined;
  const scenarios = names.sort().map((name) => json<StorageScenario>(join(folder, name), readText));
  return runStorageConformance(existsSync(file) ? json<GovernanceCase[]>(file, readText) : [], scenarios);
};

const workloads: Topic = (data, readText) => {
  const folder = join(data, 'workloads', 'scenarios');
  if (!existsSync(folder)) return undefined;
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return runWorkloads(new Map(names.sort().map((name) => [name.slice(0, -5), json<unknown>(join(folder, name), readText)])));
};

const autoscaling: Topic = (data, readText) => {
  const folder = join(data, 'hpa');
  const [file, cases] = [join(folder, 'requests.json'), join(folder, 'cases')];
  if (!existsSync(folder)) return undefined;
  const names = existsSync(cases) ? readdirSync(cases).filter((name) => name.endsWith('.json')) : [];
  const timelines = names.sort().map((name) => json<AutoscalerCase>(join(cases, name), readText));
  const requests = existsSync(file) ? [runAutoscalerRequests(json<GovernanceCase[]>(file, readText))] : [];
  return { topic: 'autoscaling', families: [runAutoscalerTimelines(timelines), ...requests] };
};

const policies: Topic = (data, readText) => {
  const file = join(data, 'policies', 'scenarios.json');
  return existsSync(file) ? runPolicies(json<PolicyScenario[]>(file, readText)) : undefined;
};

const services: Topic = (data, readText) => {
  const folder = join(data, 'services');
  if (!existsSync(folder)) return undefined;
  const list = <T>(name: string): T[] => (existsSync(join(folder, name)) ? json<T[]>(join(folder, name), readText) : []);
  const [allocation, endpoints] = [join(folder, 'allocation.json'), join(folder, 'endpoints')];
  const names = existsSync(endpoints) ? readdirSync(endpoints).filter((name) => name.endsWith('.json')) : [];
  return runServices({
    services: list<ServiceCase>('service-requests.json'),
    networking: list<ServiceCase>('ingress-networkpolicy-requests.json'),
    allocation: existsSync(allocation) ? json<AllocationFacts>(allocation, readText) : undefined,
    scenarios: names.sort().map((name) => json<EndpointScenario>(join(endpoints, name), readText)),
  });
};

/** Topics beside the scheduler's decisions, in the order in which they are printed. */
export const otherTopics: readonly Topic[] = [
  preemption,
  admission,
  deployments,
  workloads,
  drain,
  timelines,
  governance,
  storage,
  autoscaling,
  policies,
  services,
];
