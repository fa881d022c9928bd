import { expect, it } from 'vitest';
import type { Container, Node } from '#shared/kube/types.ts';
import { node, pod } from '../../../testing/builders.ts';
import { pluginTable } from '../../../testing/pluginTable.ts';

const declaring = (name: string, ...declaredFeatures: string[]) =>
  ({ ...node(name), status: { ...node(name).status, declaredFeatures } }) as Node;
const restarting = (action: string) =>
  pod('p', { spec: { containers: [{ name: 'c', image: 'x', restartPolicyRules: [{ action }] } as unknown as Container] } });

it.each([
  [restarting('Restart'), 'none', 'Skip'],
  [restarting('RestartAllContainers'), 'has', 'ok'],
  [restarting('RestartAllContainers'), 'none', "UnschedulableAndUnresolvable: node(s) didn't match Pod's required features"],
])('%#', (one, name, expected) => {
  const nodes = [node('none'), declaring('has', 'Other', 'RestartAllContainersOnContainerExits')];
  expect(pluginTable('NodeDeclaredFeatures', { nodes }).filter(one, name)).toBe(expected);
});
