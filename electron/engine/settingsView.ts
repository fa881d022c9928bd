import type { SettingsView } from '#shared/protocol/index.ts';
import type { EngineConfig } from './client/types.ts';

/** The parts of a cluster's configuration that explanations need, as copies: the schema of the protocol admits nothing else. */
export function settingsView({ hpa, kubelet, nodeLifecycle, admission }: EngineConfig): SettingsView {
  const { eviction } = kubelet;
  return {
    hpa: { ...hpa },
    kubelet: {
      eviction: {
        ...eviction,
        hard: { ...eviction.hard },
        soft: { ...eviction.soft },
        softGraceMs: { ...eviction.softGraceMs },
        minimumReclaim: { ...eviction.minimumReclaim },
      },
    },
    nodeLifecycle: { ...nodeLifecycle },
    admission: { enable: [...admission.enable], disable: [...admission.disable] },
  };
}
