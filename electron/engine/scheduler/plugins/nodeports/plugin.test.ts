import { expect, it } from 'vitest';
import type { Container } from '#shared/kube/types.ts';
import { node, pod } from '../../../testing/builders.ts';
import { pluginTable } from '../../../testing/pluginTable.ts';
import { action } from '../../framework/events.ts';

type Port = [hostPort: number, protocol?: string, hostIP?: string];
const container = (name: string, ...ports: Port[]): Container => ({
  name,
  image: 'x',
  ports: ports.map(([hostPort, protocol, hostIP]) => ({
    containerPort: 80,
    hostPort,
    ...(protocol ? { protocol } : {}),
    ...(hostIP ? { hostIP } : {}),
  })),
});
const holding = (name: string, ...ports: Port[]) => pod(name, { spec: { containers: [container('c', ...ports)] } });
const on = (nodeName: string, one: ReturnType<typeof pod>) => ({ ...one, spec: { ...one.spec, nodeName } });
const no = "Unschedulable: node(s) didn't have free ports for the requested pod ports";

it.each<[string, Port[], Port[], string]>([
  ['no port wanted', [[80]], [], 'Skip'],
  ['taken', [[80]], [[80]], no],
  ['another port', [[80]], [[81]], 'ok'],
  ['another protocol', [[80, 'TCP']], [[80, 'UDP']], 'ok'],
  ['other addresses', [[80, 'TCP', '10.0.0.1']], [[80, 'TCP', '10.0.0.2']], 'ok'],
  ['same address', [[80, 'TCP', '10.0.0.1']], [[80, 'TCP', '10.0.0.1']], no],
  ['all against one', [[80]], [[80, 'TCP', '10.0.0.1']], no],
  ['one against all', [[80, 'TCP', '10.0.0.1']], [[80, 'TCP', '0.0.0.0']], no],
])('%s', (_name, used, wanted, expected) => {
  const table = pluginTable('NodePorts', { nodes: [node('a')], pods: [on('a', holding('q', ...used))] });
  expect(table.filter(holding('p', ...wanted), 'a')).toBe(expected);
});

it('counts sidecars but not ordinary init containers', () => {
  const init = (restartPolicy?: string) =>
    pod('p', {
      spec: { initContainers: [{ ...container('i', [80]), ...(restartPolicy ? { restartPolicy } : {}) } as Container] },
    });
  const table = pluginTable('NodePorts', { nodes: [node('a')], pods: [on('a', holding('q', [80]))] });
  expect([table.filter(init('Always'), 'a'), table.filter(init(), 'a')]).toEqual([no, 'Skip']);
});

it('is woken when the port comes free', () => {
  const table = pluginTable('NodePorts', { nodes: [] });
  expect(table.wakes(holding('p', [80]), 'AssignedPod', action.delete, holding('q', [80]), undefined)).toBe(true);
  expect(table.wakes(holding('p', [80]), 'AssignedPod', action.delete, holding('q', [81]), undefined)).toBe(false);
});
