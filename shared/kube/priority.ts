/** Highest value a class made by a user may have. Models scheduling.HighestUserDefinablePriority. */
export const HIGHEST_USER_PRIORITY = 1_000_000_000;

/** Classes that every cluster has from its start, with their values. Models scheduling.SystemPriorityClasses. */
export const SYSTEM_PRIORITY_CLASSES: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};
