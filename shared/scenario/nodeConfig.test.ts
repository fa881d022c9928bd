import { describe, expect, it } from 'vitest';
import { inspectScenario, printScenario } from './index.ts';

const file = (config: string) => `apiVersion: stowage/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  config:
${config.replace(/^/gm, '    ')}
`;

describe('configuration of nodes in a scenario', () => {
  it('is read and printed: limits, shutdown, static pods, rates', () => {
    const text = file(`kubelet:
  eviction:
    hard: { memory.available: 500Mi, nodefs.available: 10% }
    soft: { memory.available: 1Gi }
    softGraceMs: { memory.available: 1m30s }
    pressureTransitionMs: 30s
  shutdown: { graceMs: 20s, byPriority: [{ priority: 0, graceMs: 5s }] }
  controlPlaneStaticPods: true
nodeLifecycle: { secondaryEvictionRatePerSecond: 0.01, largeZoneNodes: 3, unhealthyZoneThreshold: 0.5 }`);
    const { scenario, problems } = inspectScenario(text, 'f.yaml');
    expect(problems).toEqual([]);
    expect(scenario.config).toEqual({
      kubelet: {
        eviction: {
          hard: { 'memory.available': '500Mi', 'nodefs.available': '10%' },
          soft: { 'memory.available': '1Gi' },
          softGraceMs: { 'memory.available': 90_000 },
          pressureTransitionMs: 30_000,
        },
        shutdown: { graceMs: 20_000, byPriority: [{ priority: 0, graceMs: 5_000 }] },
        controlPlaneStaticPods: true,
      },
      nodeLifecycle: { secondaryEvictionRatePerSecond: 0.01, largeZoneNodes: 3, unhealthyZoneThreshold: 0.5 },
    });
    expect(inspectScenario(printScenario(scenario), 'f.yaml').scenario.config).toEqual(scenario.config);
  });

  it.each([
    ['kubelet: { eviction: { hard: { memory.free: 500Mi } } }', 'memory.free'],
    ['kubelet: { eviction: { hard: { memory.available: 120% } } }', '120%'],
    ['kubelet: { eviction: { soft: { memory.available: -1Gi } } }', '-1Gi'],
    ['kubelet: { imageGc: { highPercent: 101 } }', '100'],
    ['kubelet: { shutdown: { graceMs: soon } }', 'soon'],
    ['nodeLifecycle: { unhealthyZoneThreshold: 2 }', '1'],
  ])('tells what is wrong in %s', (config, word) => {
    const { problems } = inspectScenario(file(config), 'f.yaml');
    expect(problems.map(({ message }) => message).join()).toContain(word);
    expect(problems[0]?.line).toBe(6);
  });
});
