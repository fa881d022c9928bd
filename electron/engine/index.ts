import { ComponentSet } from './components.ts';
import { createControllers } from './controllers/index.ts';
import { createCore } from './core.ts';
import { createFaults } from './faults/index.ts';
import { createKubectl } from './kubectl/index.ts';
import { createKubelets } from './kubelet/index.ts';
import { createScheduler } from './scheduler/index.ts';
import { ClusterSimulation } from './simulation.ts';
import type { Simulation, SimulationOptions } from './types.ts';

/**
 * A cluster with its control plane and kubelets, empty but for what every cluster has. The engine's only door.
 * Throws RangeError for a start time that is none.
 */
export function createSimulation(options: SimulationOptions): Simulation {
  const core = createCore(options);
  const { context } = core;
  const faults = createFaults();
  const scheduler = createScheduler(context);
  const kubelet = createKubelets(context, faults);
  const components = new ComponentSet([scheduler, kubelet], createControllers(context));
  const kubectl = createKubectl(context, {
    faults,
    kubelet,
    stopComponent: (name) => components.switch(name, false),
    startComponent: (name) => components.switch(name, true),
  });
  return new ClusterSimulation({ core, scheduler, components, kubectl, faults: () => faults.all() });
}
