import { useEffect } from 'react';
import { create } from 'zustand';
import type { SettingsView } from '#shared/protocol/index.ts';
import { ask } from './actions.ts';
import { useCluster } from './cluster.ts';

/** The cluster's settings, with the run they were asked for; undefined until the first answer. */
interface SettingsState {
  readonly epoch: number;
  readonly settings: SettingsView | undefined;
}

/** What is known by now. */
export const useSettingsStore = create<SettingsState>()(() => ({ epoch: -1, settings: undefined }));
let asking = false;

/** Asks once in each run (epoch); what was known is shown until the answer is there. An answer of a run that is over is not kept. */
export async function askSettings(): Promise<void> {
  const { epoch } = useCluster.getState();
  if (asking || epoch < 0 || epoch === useSettingsStore.getState().epoch) return;
  asking = true;
  const answer = await ask({ type: 'settings' });
  asking = false;
  if (useCluster.getState().epoch !== epoch) return askSettings();
  // A refusal leaves what was known; whoever needs it next asks again.
  if (answer.ok) useSettingsStore.setState({ epoch, settings: answer.value });
}

/** What the cluster was set up with; undefined until the host has answered. */
export function useSettings(): SettingsView | undefined {
  const epoch = useCluster((state) => state.epoch);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run has to be asked for its own
  useEffect(() => void askSettings(), [epoch]);
  return useSettingsStore((state) => state.settings);
}
