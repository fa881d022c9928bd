import type { PluginFactory } from '../framework/plugin.ts';
import { createDefaultBinder } from './defaultbinder/plugin.ts';
import { createDefaultPreemption } from './defaultpreemption/plugin.ts';
import { createDynamicResources } from './dynamicresources/plugin.ts';
import { createImageLocality } from './imagelocality/plugin.ts';
import { createInterPodAffinity } from './interpodaffinity/plugin.ts';
import { createNodeAffinity } from './nodeaffinity/plugin.ts';
import { createNodeDeclaredFeatures } from './nodedeclaredfeatures/plugin.ts';
import { createNodeName } from './nodename/plugin.ts';
import { createNodePorts } from './nodeports/plugin.ts';
import { createBalancedAllocation } from './noderesources/balanced.ts';
import { createFit } from './noderesources/fit.ts';
import { createNodeUnschedulable } from './nodeunschedulable/plugin.ts';
import { createNodeVolumeLimits } from './nodevolumelimits/plugin.ts';
import { createPodTopologySpread } from './podtopologyspread/plugin.ts';
import { createPrioritySort } from './prioritysort/plugin.ts';
import { createSchedulingGates } from './schedulinggates/plugin.ts';
import { createTaintToleration } from './tainttoleration/plugin.ts';
import { createVolumeBinding } from './volumebinding/plugin.ts';
import { createVolumeRestrictions } from './volumerestrictions/plugin.ts';
import { createVolumeZone } from './volumezone/plugin.ts';

/** Every plugin of this scheduler by its upstream name. A new plugin is one folder and one line here. */
export const pluginRegistry: ReadonlyMap<string, PluginFactory> = new Map<string, PluginFactory>([
  ['SchedulingGates', createSchedulingGates],
  ['PrioritySort', createPrioritySort],
  ['NodeUnschedulable', createNodeUnschedulable],
  ['NodeName', createNodeName],
  ['TaintToleration', createTaintToleration],
  ['NodeAffinity', createNodeAffinity],
  ['NodePorts', createNodePorts],
  ['NodeResourcesFit', createFit],
  ['VolumeRestrictions', createVolumeRestrictions],
  ['NodeVolumeLimits', createNodeVolumeLimits],
  ['VolumeBinding', createVolumeBinding],
  ['VolumeZone', createVolumeZone],
  ['PodTopologySpread', createPodTopologySpread],
  ['InterPodAffinity', createInterPodAffinity],
  ['DynamicResources', createDynamicResources],
  ['DefaultPreemption', createDefaultPreemption],
  ['NodeResourcesBalancedAllocation', createBalancedAllocation],
  ['ImageLocality', createImageLocality],
  ['DefaultBinder', createDefaultBinder],
  ['NodeDeclaredFeatures', createNodeDeclaredFeatures],
]);
