import { describe, expect, test } from 'vitest';
import { inspectScenario, parseSchedulers, printScenario, printSchedulers } from './index.ts';

const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';
const problemsOf = (text: string) => {
  const parsed = parseSchedulers(text, 'config.yaml');
  return parsed.ok ? [] : parsed.error.map(({ line, column, path, message }) => `${line}:${column} ${path ?? ''} | ${message}`);
};

describe('scheduler documents', () => {
  test('stand in a scenario and survive saving', () => {
    const scenario = `apiVersion: stowage/v1alpha1\nkind: Scenario\nmetadata: { name: s }\n---\n${head}percentageOfNodesToScore: 50\n---\n${head}profiles: [{ schedulerName: packer }]\n---\n${head}leaderElection: { resourceName: third, leaderElect: false }\nprofiles: [{ schedulerName: v }, { schedulerName: w }]\n`;
    const read = inspectScenario(scenario, 's.yaml');
    expect(read.problems).toEqual([]);
    expect(read.scenario.schedulers?.map(({ name }) => name)).toEqual(['kube-scheduler', 'packer', 'third']);
    const again = inspectScenario(printScenario(read.scenario), 's.yaml');
    expect(again.problems).toEqual([]);
    expect(again.scenario.schedulers).toEqual(read.scenario.schedulers);
  });

  test('a name that its place would not give is written out', () => {
    const configuration = {
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      profiles: [{ schedulerName: 'p' }],
    };
    const schedulers = [{ name: 'second', configuration }];
    const text = printSchedulers(schedulers);
    expect(text).toContain('resourceName: second');
    const read = parseSchedulers(text, 'x');
    expect(read.ok && read.value.map(({ name }) => name)).toEqual(['second']);
  });

  test('a file without one has no schedulers', () => {
    const read = inspectScenario('apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n', 'x.yaml');
    expect(Object.hasOwn(read.scenario, 'schedulers')).toBe(false);
  });
});

describe('what is wrong stands at its place', () => {
  test('all of one file at once', () => {
    const text = `${head}percentageOfNodesToScore: 101\nprofiles:\n  - schedulerName: a\n    plugin: {}\n    plugins:\n      score:\n        enabled:\n          - { name: NodeName }\n  - pluginConfig:\n      - name: NodeResourcesFit\n        args:\n          scoringStrategy: { type: Most }\n`;
    expect(problemsOf(text)).toEqual([
      '3:27 percentageOfNodesToScore | Invalid value: 101: not in valid range [0-100]',
      '6:5 profiles[0].plugin | unknown field "profiles[0].plugin": did you mean "plugins"?',
      '10:21 profiles[0].plugins.score.enabled[0].name | Invalid value: "NodeName": plugin "NodeName" does not extend ScorePlugin plugin',
      '11:5 profiles[1].schedulerName | Required value',
      '14:36 profiles[1].pluginConfig[0].args.scoringStrategy.type | Unsupported value: "Most": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"',
    ]);
  });

  test.each([
    [
      'another kind',
      'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n',
      '1:1  | expected a KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1)',
    ],
    [
      'an old version',
      head.replace('/v1', '/v1beta3'),
      '1:13 apiVersion | Unsupported value: "kubescheduler.config.k8s.io/v1beta3": supported values: "kubescheduler.config.k8s.io/v1"',
    ],
    [
      'one name twice',
      `${head}---\n${head}leaderElection: { resourceName: b }\n`,
      '4:1 profiles[0].schedulerName | Duplicate value: "default-scheduler": scheduler "kube-scheduler" serves it already',
    ],
    [
      'one scheduler twice',
      `${head}profiles: [{ schedulerName: a }]\n---\n${head}profiles: [{ schedulerName: b }]\n---\n${head}profiles: [{ schedulerName: c }]\nleaderElection: { resourceName: b }\n`,
      '12:33 leaderElection.resourceName | a second scheduler named "b"',
    ],
    [
      'nothing',
      '# nothing\n',
      '1:1  | the file holds only comments: expected at least one Kubernetes object or a Scenario document',
    ],
  ])('%s', (_, text, problem) => expect(problemsOf(text)).toEqual([problem]));

  test('in a step of a scenario', () => {
    const text =
      'apiVersion: stowage/v1alpha1\nkind: Scenario\nmetadata: { name: s }\nspec:\n  steps:\n    - at: 5s\n      do:\n        type: addScheduler\n        name: second\n        configuration:\n          apiVersion: kubescheduler.config.k8s.io/v1\n          kind: KubeSchedulerConfiguration\n          parallelism: 0\n';
    expect(inspectScenario(text, 's.yaml').problems.map(({ line, path, message }) => `${line} ${path} | ${message}`)).toEqual([
      '13 spec.steps[0].do.configuration.parallelism | Invalid value: 0: should be an integer value greater than zero',
    ]);
  });
});
