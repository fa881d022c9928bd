import { describe, expect, test } from 'vitest';
import {
  completeConfiguration,
  defaultConfiguration,
  pluginNames,
  resolveProfile,
  schedulerNameOf,
  servedNames,
  takesPart,
  validateConfiguration,
  validateSchedulers,
} from './index.ts';

const config = (more: object) => ({ ...defaultConfiguration, ...more });
const profile = (more: object) => config({ profiles: [{ schedulerName: 'default-scheduler', ...more }] });
const args = (name: string, given: object) => profile({ pluginConfig: [{ name, args: given }] });
const told = (value: unknown) => validateConfiguration(value).map(({ field, message }) => `${field}: ${message}`);
const scoring = (strategy: object) => args('NodeResourcesFit', { scoringStrategy: strategy });
const strategy = 'profiles[0].pluginConfig[0].args.scoringStrategy';

describe('validateConfiguration', () => {
  test.each([
    ['the default', defaultConfiguration],
    ['next to nothing', { apiVersion: defaultConfiguration.apiVersion, kind: defaultConfiguration.kind }],
    ['nulls', config({ podInitialBackoffSeconds: null, percentageOfNodesToScore: null, profiles: [{ plugins: null }] })],
    ['MostAllocated', scoring({ type: 'MostAllocated', resources: [{ name: 'cpu', weight: 1 }] })],
    [
      'a shape',
      scoring({ type: 'RequestedToCapacityRatio', requestedToCapacityRatio: { shape: [{ utilization: 0, score: 10 }] } }),
    ],
    ['weights', profile({ plugins: { score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeAffinity', weight: 7 }] } } })],
    ['bounds', config({ podInitialBackoffSeconds: 2, podMaxBackoffSeconds: 2, parallelism: 4 })],
    ['another scheduler', config({ leaderElection: { leaderElect: false, resourceName: 'mine' } })],
  ])('accepts %s', (_, value) => expect(told(value)).toEqual([]));

  test.each<[string, unknown, string[]]>([
    ['no map', 'x', [': Invalid value: "x": expected a KubeSchedulerConfiguration']],
    [
      'an old version',
      config({ apiVersion: 'kubescheduler.config.k8s.io/v1beta3' }),
      [
        'apiVersion: Unsupported value: "kubescheduler.config.k8s.io/v1beta3": supported values: "kubescheduler.config.k8s.io/v1"',
      ],
    ],
    ['a misspelt field', config({ profile: [] }), ['profile: unknown field "profile": did you mean "profiles"?']],
    ['a wrong type', config({ parallelism: 'many' }), ['parallelism: expected a whole number, found text ("many")']],
    ['parallelism', config({ parallelism: 0 }), ['parallelism: Invalid value: 0: should be an integer value greater than zero']],
    [
      'percentage',
      config({ percentageOfNodesToScore: 101 }),
      ['percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]'],
    ],
    [
      'percentage of a profile',
      profile({ percentageOfNodesToScore: -1 }),
      ['profiles[0].percentageOfNodesToScore: Invalid value: -1: not in valid range [0-100]'],
    ],
    [
      'back-off',
      config({ podInitialBackoffSeconds: 20 }),
      ['podMaxBackoffSeconds: Invalid value: 10: must be greater than or equal to PodInitialBackoffSeconds'],
    ],
    [
      'names',
      config({ profiles: [{ schedulerName: 'a' }, {}, { schedulerName: 'a' }] }),
      [
        'profiles[1].schedulerName: Required value',
        'profiles[2].schedulerName: Duplicate value: "a": profiles[0].schedulerName has it already',
      ],
    ],
    [
      'queue sort',
      config({
        profiles: [
          { schedulerName: 'a' },
          { schedulerName: 'b', plugins: { queueSort: { enabled: [{ name: 'PrioritySort' }] } } },
        ],
      }),
      ['profiles[1].plugins.queueSort: Invalid value: {"enabled":[{"name":"PrioritySort"}]}: has to match for all profiles'],
    ],
    [
      'unknown plugin',
      profile({ plugins: { filter: { enabled: [{ name: 'Fit' }] }, multiPoint: { enabled: [{ name: 'imagelocality' }] } } }),
      [
        'profiles[0].plugins.multiPoint.enabled[0].name: Invalid value: "imagelocality": MultiPoint plugin "imagelocality" does not exist: did you mean "ImageLocality"?',
        'profiles[0].plugins.filter.enabled[0].name: Invalid value: "Fit": FilterPlugin "Fit" does not exist',
      ],
    ],
    [
      'a plugin at the wrong point',
      profile({ plugins: { score: { enabled: [{ name: 'NodeName' }] } } }),
      [
        'profiles[0].plugins.score.enabled[0].name: Invalid value: "NodeName": plugin "NodeName" does not extend ScorePlugin plugin',
      ],
    ],
    [
      'nobody binds',
      profile({ plugins: { bind: { disabled: [{ name: '*' }] } } }),
      [
        'profiles[0].plugins.bind: Required value: at least one bind plugin is needed for profile with scheduler name "default-scheduler"',
      ],
    ],
    [
      'nobody sorts',
      profile({ plugins: { queueSort: { disabled: [{ name: 'PrioritySort' }] } } }),
      [
        'profiles[0].plugins.queueSort: Invalid value: []: only one queue sort plugin required for profile with scheduler name "default-scheduler", but got 0',
      ],
    ],
    [
      'extenders',
      config({ extenders: [{ urlPrefix: 'http://x' }] }),
      ['extenders: Forbidden: a simulated scheduler calls no webhooks'],
    ],
    [
      'strategy without type',
      scoring({}),
      [
        `${strategy}.type: Unsupported value: "": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"`,
      ],
    ],
    [
      'resource weight',
      scoring({ type: 'MostAllocated', resources: [{ name: 'cpu', weight: 101 }] }),
      [`${strategy}.resources[0].weight: Invalid value: 101: resource weight of cpu not in valid range (0, 100]`],
    ],
    [
      'shape',
      scoring({
        type: 'RequestedToCapacityRatio',
        requestedToCapacityRatio: {
          shape: [
            { utilization: 50, score: 1 },
            { utilization: 50, score: 11 },
          ],
        },
      }),
      [
        `${strategy}.requestedToCapacityRatio.shape[1].utilization: Invalid value: 50: values must be sorted in increasing order`,
        `${strategy}.requestedToCapacityRatio.shape[1].score: Invalid value: 11: not in valid range [0, 10]`,
      ],
    ],
    [
      'balanced weight',
      args('NodeResourcesBalancedAllocation', { resources: [{ name: 'cpu', weight: 2 }, { name: 'cpu' }] }),
      [
        'profiles[0].pluginConfig[0].args.resources[0].weight: Invalid value: 2: must be 1',
        'profiles[0].pluginConfig[0].args.resources[1].name: Duplicate value: "cpu"',
      ],
    ],
    [
      'hard weight',
      args('InterPodAffinity', { hardPodAffinityWeight: 101 }),
      ['profiles[0].pluginConfig[0].args.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]'],
    ],
    [
      'spread',
      args('PodTopologySpread', { defaultConstraints: [{ maxSkew: 0, topologyKey: 'zone', labelSelector: {} }] }),
      [
        'profiles[0].pluginConfig[0].args.defaultingType: Invalid value: "System": when .defaultConstraints are not empty',
        'profiles[0].pluginConfig[0].args.defaultConstraints[0].maxSkew: Invalid value: 0: not in valid range (0, inf)',
        'profiles[0].pluginConfig[0].args.defaultConstraints[0].whenUnsatisfiable: Required value: can not be empty',
        'profiles[0].pluginConfig[0].args.defaultConstraints[0].labelSelector: Forbidden: constraint must not define a selector, as they deduced for each pod',
      ],
    ],
    [
      'added affinity',
      args('NodeAffinity', {
        addedAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Near' }] }],
          },
        },
      }),
      [
        'profiles[0].pluginConfig[0].args.addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator: Invalid value: "Near": not a valid selector operator',
      ],
    ],
    [
      'preemption',
      args('DefaultPreemption', { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: -1 }),
      ['profiles[0].pluginConfig[0].args.minCandidateNodesAbsolute: Invalid value: -1: not in valid range [0, inf)'],
    ],
    [
      'binding timeout',
      args('VolumeBinding', { bindTimeoutSeconds: -1 }),
      [
        'profiles[0].pluginConfig[0].args.bindTimeoutSeconds: Invalid value: -1: invalid BindTimeoutSeconds, should not be a negative value',
      ],
    ],
    [
      'arguments of another plugin',
      args('NodeAffinity', { kind: 'NodeResourcesFitArgs' }),
      ['profiles[0].pluginConfig[0].args.kind: Invalid value: "NodeResourcesFitArgs": has to match plugin args NodeAffinityArgs'],
    ],
    [
      'arguments twice',
      profile({ pluginConfig: [{ name: 'NodeAffinity' }, { name: 'NodeAffinity' }] }),
      ['profiles[0].pluginConfig[1]: Duplicate value: "NodeAffinity"'],
    ],
    [
      'arguments for who takes none',
      args('NodeName', {}),
      ['profiles[0].pluginConfig[0].args: Forbidden: plugin NodeName takes no arguments'],
    ],
  ])('refuses %s', (_, value, complaints) => expect(told(value)).toEqual(complaints));

  test('tells everything at once', () => {
    expect(
      told(config({ parallelism: -1, percentageOfNodesToScore: 200, profiles: [{ schedulerName: '' }, { schedulerName: '' }] })),
    ).toHaveLength(4);
  });
});

describe('completeConfiguration', () => {
  test('one nameless profile is the default one, and the common percentage goes to those that have none', () => {
    const bare = config({ profiles: [{}], percentageOfNodesToScore: 30, podInitialBackoffSeconds: 2 });
    expect(completeConfiguration(bare)).toEqual({
      profiles: [{ schedulerName: 'default-scheduler', percentageOfNodesToScore: 30 }],
      backoffInitialMs: 2000,
    });
    const two = config({
      profiles: [{ schedulerName: 'a', percentageOfNodesToScore: 5 }, { schedulerName: 'b' }],
      percentageOfNodesToScore: 30,
    });
    expect(completeConfiguration(two).profiles.map((one) => one.percentageOfNodesToScore)).toEqual([5, 30]);
    expect(servedNames(config({ profiles: [] }))).toEqual(['default-scheduler']);
  });
});

test('a scheduler is named by its lease, else by its place', () => {
  expect(schedulerNameOf(config({ leaderElection: { resourceName: 'mine' } }), true)).toBe('mine');
  expect(schedulerNameOf(config({}), true)).toBe('kube-scheduler');
  expect(schedulerNameOf(config({ profiles: [{ schedulerName: 'packer' }] }), false)).toBe('packer');
});

test('two schedulers may not serve one name', () => {
  const main = { name: 'kube-scheduler', configuration: defaultConfiguration };
  const errors = validateSchedulers({ name: 'other', configuration: defaultConfiguration }, [main]);
  expect(errors.map(({ field, message }) => `${field}: ${message}`)).toEqual([
    'profiles[0].schedulerName: Duplicate value: "default-scheduler": scheduler "kube-scheduler" serves it already',
  ]);
  expect(validateSchedulers(main, [main])).toEqual([]);
});

test('the defaults run each plugin where it takes part', () => {
  const { points, weights } = resolveProfile({}, takesPart);
  expect(points.postFilter).toEqual(['DynamicResources', 'DefaultPreemption']);
  expect(weights.get('TaintToleration')).toBe(3);
  expect(pluginNames.every((name) => Object.values(points).some((names) => names.includes(name)))).toBe(true);
});
