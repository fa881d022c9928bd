import type { AnyObject, Service } from '#shared/kube/types.ts';
import { createTestCluster, unwrap } from '../../testing/harness.ts';
import type { ConformanceFamily, ConformanceReport } from '../types.ts';
import { runServiceRequests, type ServiceCase } from './requests.ts';
import { runEndpointScenarios } from './scenarios.ts';
import type { EndpointScenario } from './script.ts';

export type { ServiceCase } from './requests.ts';
export type { EndpointScenario } from './script.ts';

/** Where automatic values fall, as captured. */
export interface AllocationFacts {
  clusterIPs: string[];
  nodePorts: number[];
  allIPsAboveStaticBand: boolean;
  allPortsAboveStaticBand: boolean;
  sorted: boolean;
  distinct: boolean;
}

/** Everything of `services` that a data directory has. */
export interface ServiceData {
  services: readonly ServiceCase[];
  networking: readonly ServiceCase[];
  allocation?: AllocationFacts | undefined;
  scenarios: readonly EndpointScenario[];
}

/** Makes as many services as were captured and compares what is said of their values. */
export function runAllocation(facts: AllocationFacts): ConformanceFamily {
  const cluster = createTestCluster({ seed: 1 });
  const made = facts.clusterIPs.map((_, i) => {
    const spec = { type: 'NodePort', selector: { app: 'x' }, ports: [{ port: 80 }] };
    const metadata = { name: `s${i}`, namespace: 'default' };
    return unwrap(cluster.client.create<AnyObject>({ apiVersion: 'v1', kind: 'Service', metadata, spec })) as unknown as Service;
  });
  const numbers = made.map(
    ({ spec }) => Number((spec.clusterIP ?? '').split('.')[2]) * 256 + Number((spec.clusterIP ?? '').split('.')[3]),
  );
  const ports = made.map(({ spec }) => spec.ports?.[0]?.nodePort ?? 0);
  const got = {
    // The bands of a /16 and of 2,768 ports.
    allIPsAboveStaticBand: numbers.every((number) => number > 256),
    allPortsAboveStaticBand: ports.every((port) => port >= 30_000 + 86),
    sorted: ports.every((port, i) => i === 0 || port > (ports[i - 1] ?? 0)),
    distinct: new Set(ports).size === ports.length && new Set(numbers).size === numbers.length,
  };
  const { allIPsAboveStaticBand, allPortsAboveStaticBand, sorted, distinct } = facts;
  const [expected, have] = [
    JSON.stringify({ allIPsAboveStaticBand, allPortsAboveStaticBand, sorted, distinct }),
    JSON.stringify(got),
  ];
  const disagree = expected === have ? [] : [{ id: 'allocation', what: 'where values fall', expected, got: have }];
  return { name: 'allocation', agree: disagree.length === 0 ? 1 : 0, total: 1, disagree, later: [] };
}

/** Requests, allocation and endpoints of services. */
export function runServices(data: ServiceData): ConformanceReport {
  return {
    topic: 'services',
    families: [
      runServiceRequests('service requests', data.services),
      runServiceRequests('ingresses and network policies', data.networking),
      ...(data.allocation === undefined ? [] : [runAllocation(data.allocation)]),
      runEndpointScenarios(data.scenarios),
    ],
  };
}
