import type { EnabledPlugin, ExtensionPoint } from './types.ts';

/** Default plugins of Kubernetes 1.36 in order. Models pkg/scheduler/apis/config/v1 getDefaultPlugins. */
export const defaultMultiPoint: readonly EnabledPlugin[] = [
  { name: 'SchedulingGates' },
  { name: 'PrioritySort' },
  { name: 'NodeUnschedulable' },
  { name: 'NodeName' },
  { name: 'TaintToleration', weight: 3 },
  { name: 'NodeAffinity', weight: 2 },
  { name: 'NodePorts' },
  { name: 'NodeResourcesFit', weight: 1 },
  { name: 'VolumeRestrictions' },
  { name: 'NodeVolumeLimits' },
  { name: 'VolumeBinding' },
  { name: 'VolumeZone' },
  { name: 'PodTopologySpread', weight: 2 },
  { name: 'InterPodAffinity', weight: 2 },
  { name: 'DynamicResources', weight: 2 },
  { name: 'DefaultPreemption' },
  { name: 'NodeResourcesBalancedAllocation', weight: 1 },
  { name: 'ImageLocality', weight: 1 },
  { name: 'DefaultBinder' },
  { name: 'NodeDeclaredFeatures' },
];

const judging = ['preFilter', 'filter'] as const;
const scoring = ['preScore', 'score'] as const;

/** Where each in-tree plugin takes part, in upstream's own code: what a configuration may switch on there. */
const points: Readonly<Record<string, readonly ExtensionPoint[]>> = {
  SchedulingGates: ['preEnqueue'],
  PrioritySort: ['queueSort'],
  NodeUnschedulable: ['filter'],
  NodeName: ['filter'],
  TaintToleration: ['filter', ...scoring],
  NodeAffinity: [...judging, ...scoring],
  NodePorts: judging,
  NodeResourcesFit: [...judging, ...scoring],
  VolumeRestrictions: judging,
  NodeVolumeLimits: judging,
  VolumeBinding: [...judging, ...scoring, 'reserve', 'preBind'],
  VolumeZone: judging,
  PodTopologySpread: [...judging, ...scoring],
  InterPodAffinity: [...judging, ...scoring],
  DynamicResources: ['preEnqueue', ...judging, 'postFilter', 'score', 'reserve', 'preBind'],
  DefaultPreemption: ['preEnqueue', 'postFilter'],
  NodeResourcesBalancedAllocation: scoring,
  ImageLocality: ['score'],
  DefaultBinder: ['bind'],
  NodeDeclaredFeatures: judging,
};

/** Names of all plugins, in the order of the defaults. */
export const pluginNames: readonly string[] = defaultMultiPoint.map(({ name }) => name);

/** Extension points of a plugin; undefined when there is none of that name. */
export function pluginPoints(name: string): readonly ExtensionPoint[] | undefined {
  return Object.hasOwn(points, name) ? points[name] : undefined;
}

/** Whether a plugin takes part in an extension point. */
export function takesPart(name: string, point: ExtensionPoint): boolean {
  return pluginPoints(name)?.includes(point) === true;
}

/** Plugins that take arguments; the type's name is the plugin's with `Args` after it. */
export const configurablePlugins: readonly string[] = [
  'DefaultPreemption',
  'DynamicResources',
  'InterPodAffinity',
  'NodeAffinity',
  'NodeResourcesBalancedAllocation',
  'NodeResourcesFit',
  'PodTopologySpread',
  'VolumeBinding',
];
