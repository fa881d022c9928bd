import type { ScoreList } from './columns.ts';
import { maxNodeScore } from './plugin.ts';

/**
 * Scales scores to 0..100 by the highest one, in integers; `reverse` makes the highest raw score the worst. All zero stays 0 (100 when reversed).
 * Models pkg/scheduler/framework/plugins/helper DefaultNormalizeScore.
 */
export function normalizeByMax(scores: ScoreList, reverse: boolean): void {
  let max = 0;
  for (let i = 0; i < scores.length; i++) if (scores[i]! > max) max = scores[i]!;
  for (let i = 0; i < scores.length; i++) {
    const scaled = max === 0 ? 0 : Math.floor((maxNodeScore * (scores[i] ?? 0)) / max);
    scores[i] = reverse ? maxNodeScore - scaled : scaled;
  }
}
