import { maxNodeScore } from '../../framework/plugin.ts';

/** Score of one resource on one node: amounts with the incoming pod, and what the node has. Integers. */
export type ResourceScorer = (requested: number, allocatable: number) => number;

/** One point of a RequestedToCapacityRatio shape; score 0..10 as configured. */
export interface ShapePoint {
  readonly utilization?: number;
  readonly score?: number;
}

/** Highest score a shape can be given. */
const maxShapeScore = 10;

/** Free share of the node. Models noderesources leastRequestedScore. */
export const leastAllocated: ResourceScorer = (requested, allocatable) =>
  requested > allocatable ? 0 : Math.floor(((allocatable - requested) * maxNodeScore) / allocatable);

/** Used share of the node. Models noderesources mostRequestedScore. */
export const mostAllocated: ResourceScorer = (requested, allocatable) =>
  Math.floor((Math.min(requested, allocatable) * maxNodeScore) / allocatable);

/** Line through the points, flat outside. Models noderesources helper BuildBrokenLinearFunction. */
export function brokenLine(shape: readonly ShapePoint[]): (utilization: number) => number {
  const points = shape.map(({ utilization, score }) => ({
    x: utilization ?? 0,
    y: ((score ?? 0) * maxNodeScore) / maxShapeScore,
  }));
  return (utilization) => {
    let before: { x: number; y: number } | undefined;
    for (const point of points) {
      if (utilization <= point.x) {
        if (before === undefined) return point.y;
        return before.y + Math.trunc(((point.y - before.y) * (utilization - before.x)) / (point.x - before.x));
      }
      before = point;
    }
    return before?.y ?? 0;
  };
}

/** Score by a shape over the used share. Models noderesources buildRequestedToCapacityRatioScorerFunction. */
export function requestedToCapacity(shape: readonly ShapePoint[]): ResourceScorer {
  const line = brokenLine(shape);
  return (requested, allocatable) =>
    line(requested > allocatable ? maxNodeScore : Math.floor((requested * maxNodeScore) / allocatable));
}
