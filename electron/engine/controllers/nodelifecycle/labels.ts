/** Label that must exist -> older name kept equal to it. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
];

/** Labels to set so that the older names follow the newer ones. Models nodelifecycle labelReconcileInfo. */
export function labelsToAdd(labels: Readonly<Record<string, string>>): Record<string, string> {
  const add: Record<string, string> = {};
  for (const [primary, secondary] of PAIRS) {
    const wanted = labels[primary];
    if (wanted !== undefined && labels[secondary] !== wanted) add[secondary] = wanted;
  }
  return add;
}
