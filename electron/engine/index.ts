import { createAddons } from './addons.ts';
import { connectAdvice } from './adviser.ts';
import { ComponentSet } from './components.ts';
import { createControllers } from './controllers/index.ts';
import { createCore } from './core.ts';
import { createFaults } from './faults/index.ts';
import { createKubectl } from './kubectl/index.ts';
import { createKubelets } from './kubelet/index.ts';
import { AutoscalerHistory } from './metrics/history.ts';
import { createLoadModel } from './metrics/loadModel.ts';
import { SchedulerSet } from './schedulers.ts';
import { ClusterSimulation } from './simulation.ts';
import type { Simulation, SimulationOptions } from './types.ts';

/**
 * A cluster with its control plane and kubelets, empty but for what every cluster has. The engine's only door.
 * Throws RangeError for a start time that is none and for scheduler configurations that cannot run.
 */
export function createSimulation(options: SimulationOptions): Simulation {
  const core = createCore(options);
  const { context } = core;
  const faults = createFaults();
  const schedulers = new SchedulerSet(context, options.schedulers);
  const metrics = { source: createLoadModel(context), history: new AutoscalerHistory() };
  const kubelet = createKubelets(context, faults, metrics.source, (name) => components.runs(name));
  const components = new ComponentSet([...schedulers.all, kubelet], createControllers(context, metrics.source, metrics.history));
  schedulers.attach(components);
  for (const addon of createAddons(context, { metrics: metrics.source, tryOut: () => schedulers.sandbox() }))
    components.insert(addon);
  const switchComponent = (name: string, running: boolean): boolean => {
    const found = components.switch(name, running);
    kubelet.componentSwitched();
    return found;
  };
  const kubectl = createKubectl(context, {
    faults,
    kubelet,
    schedulers,
    stopComponent: (name) => switchComponent(name, false),
    startComponent: (name) => switchComponent(name, true),
  });
  const advice = connectAdvice({ core, scheduler: schedulers, components, kubectl, faults });
  return new ClusterSimulation({ core, schedulers, components, kubectl, kubelet, advice, faults: () => faults.all(), metrics });
}
