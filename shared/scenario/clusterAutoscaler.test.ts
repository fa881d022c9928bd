import { describe, expect, it } from 'vitest';
import { parseScenario, printScenario } from './index.ts';

const text = (settings: string): string =>
  `apiVersion: stowage/v1alpha1\nkind: Scenario\nmetadata: { name: a }\nspec:\n  config: { clusterAutoscaler: ${settings} }\n`;

function problemsOf(settings: string): string[] {
  const parsed = parseScenario(text(settings), 'a.yaml');
  return parsed.ok
    ? []
    : parsed.error.map(({ path, message }) => `${(path ?? '').replace('spec.config.clusterAutoscaler', '')} | ${message}`);
}

const GROUP = '{ name: pool, min: 0, max: 3, provisionMs: 45s, template: { capacity: { cpu: 4, memory: 8Gi, pods: 110 } } }';

describe('cluster autoscaler of a scenario', () => {
  it('is read, its durations too, and printed', () => {
    const parsed = parseScenario(text(`{ enabled: true, scaleDownUnneededMs: 10m, nodeGroups: [${GROUP}] }`), 'a.yaml');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
    expect(parsed.value.config?.clusterAutoscaler).toMatchObject({
      enabled: true,
      scaleDownUnneededMs: 600_000,
      nodeGroups: [{ name: 'pool', provisionMs: 45_000 }],
    });
    const again = parseScenario(printScenario(parsed.value), 'b.yaml');
    expect(again.ok && again.value.config).toEqual(parsed.value.config);
  });

  it.each<[string, string[]]>([
    ['{ enabled: true }', [' | the autoscaler needs at least one node group that it may change']],
    [`{ nodeGroups: [${GROUP}, ${GROUP}] }`, ['.nodeGroups[1].name | there is a node group "pool" already']],
    [
      `{ nodeGroups: [${GROUP.replace('min: 0', 'min: 4')}] }`,
      ['.nodeGroups[0].max | the largest size is below the smallest one (4)'],
    ],
    [
      `{ nodeGroups: [${GROUP.replace('max: 3', 'max: 0')}] }`,
      ['.nodeGroups[0].max | a group that may have no machine is of no use'],
    ],
    [
      `{ nodeGroups: [${GROUP.replace('name: pool', 'name: Pool')}] }`,
      ['.nodeGroups[0].name | expected small letters, digits and dashes, 57 at most, such as pool-a'],
    ],
    [`{ nodeGroups: [${GROUP.replace('cpu: 4, ', '')}] }`, ['.nodeGroups[0].template.capacity | a machine needs cpu']],
    [
      `{ nodeGroups: [${GROUP.replace('cpu: 4', 'cpu: many')}] }`,
      ['.nodeGroups[0].template.capacity.cpu | expected an amount such as 4, 500m or 8Gi, not "many"'],
    ],
    ['{ scaleDownUtilizationThreshold: 50 }', ['.scaleDownUtilizationThreshold | expected a share of 0 to 1']],
    ['{ expander: cheapest }', ['.expander | expected "least-waste" or "most-pods" or "priority" or "random", not "cheapest"']],
    ['{ scanInterval: 10s }', ['.scanInterval | unknown field "scanInterval": did you mean "scanIntervalMs"?']],
  ])('%s', (settings, expected) => {
    expect(problemsOf(settings)).toEqual(expected);
  });
});
