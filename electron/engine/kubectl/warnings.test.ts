import { expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { createSimulation } from '../index.ts';
import { deployment, pod } from '../testing/builders.ts';

const any = (object: object): AnyObject => object as AnyObject;
const level = 'pod-security.kubernetes.io/';

it('warnings come before the line of their object, once; refusals are found in the trace', () => {
  const simulation = createSimulation({ seed: 1 });
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'default', labels: { [`${level}enforce`]: 'baseline' } },
  };
  expect(simulation.execute({ type: 'apply', objects: [any(namespace)] }).ok).toBe(true);
  const open = (name: string) => {
    const made = deployment(name, { replicas: 0 });
    return any({
      ...made,
      spec: { ...made.spec, template: { ...made.spec.template, spec: { ...made.spec.template.spec, hostNetwork: true } } },
    });
  };
  const warning = 'Warning: would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)';
  const reply = simulation.execute({ type: 'create', objects: [open('a'), open('b')] });
  expect(reply.ok && reply.value.lines).toEqual([warning, 'deployment.apps/a created', 'deployment.apps/b created']);
  const again = simulation.execute({ type: 'create', objects: [open('c')] });
  expect(again.ok && again.value.lines).toEqual([warning, 'deployment.apps/c created']);
  const [decision] = simulation.admission({ kind: 'Deployment', namespace: 'default', name: 'a' });
  expect(decision?.steps).toEqual([{ plugin: 'PodSecurity', changes: [], warnings: [warning.replace('Warning: ', '')] }]);
  const before = simulation.digest();
  const refused = simulation.execute({ type: 'create', objects: [any(pod('p', { spec: { hostNetwork: true } }))] });
  expect(refused.ok).toBe(false);
  expect(simulation.digest()).toBe(before);
  const [refusal] = simulation.admission();
  expect([refusal?.ref.name, refusal?.refusal?.by]).toEqual(['p', 'PodSecurity']);
});
