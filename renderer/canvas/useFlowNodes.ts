import { useEffect, useMemo, useRef, useState } from 'react';
import type { Node as FlowNode, NodeChange } from 'reactflow';
import { useShallow } from 'zustand/react/shallow';
import { nodeZone } from '#shared/kube/pod.ts';
import { CARD, cardHeight } from '../graph/card.ts';
import type { Box } from '../graph/group.ts';
import { layoutCards } from '../graph/layout.ts';
import { barResources } from '../graph/model.ts';
import { useCluster } from '../store/cluster.ts';
import type { Mirror, Position } from '../store/mirror.ts';
import { useView } from '../store/view.ts';

export type CardNode = FlowNode<Record<string, never>, 'machine'>;

function heightsOf(state: Mirror): Record<string, number> {
  const heights: Record<string, number> = {};
  for (const [name, node] of state.nodes)
    heights[name] = cardHeight(barResources(node).length, state.podsByNode.get(name)?.length ?? 0);
  return heights;
}

function zonesOf(state: Mirror): Record<string, string> {
  const zones: Record<string, string> = {};
  for (const [name, node] of state.nodes) zones[name] = nodeZone(node) ?? '';
  return zones;
}

const NO_DATA: Record<string, never> = {};

/**
 * The cards as React Flow takes them, with where they stand. An unchanged card keeps its object, so that React Flow leaves it alone.
 * While cards are dragged their places are kept here; the mirror's positions take over when they come.
 */
export function useFlowNodes() {
  const heights = useCluster(useShallow(heightsOf));
  const zones = useCluster(useShallow(zonesOf));
  const pinned = useCluster((state) => state.positions);
  const selection = useView((state) => state.selection);
  const [dragged, setDragged] = useState<Readonly<Record<string, Position>>>({});
  // biome-ignore lint/correctness/useExhaustiveDependencies: new positions from the session end what was kept for the drag
  useEffect(() => setDragged({}), [pinned]);

  const boxes = useMemo<Box[]>(
    () => Object.entries(heights).map(([name, height]) => ({ name, height, zone: zones[name] ?? '' })),
    [heights, zones],
  );
  const placed = useMemo(() => layoutCards(boxes, pinned), [boxes, pinned]);
  const positions = useMemo(() => ({ ...placed, ...dragged }), [placed, dragged]);

  const kept = useRef(new Map<string, CardNode>());
  const nodes = useMemo(() => {
    const chosen = new Set(selection);
    const next = new Map<string, CardNode>();
    for (const { name, height } of boxes) {
      const position = positions[name] ?? { x: 0, y: 0 };
      const selected = chosen.has(`Node//${name}`);
      const old = kept.current.get(name);
      const same =
        old &&
        old.position.x === position.x &&
        old.position.y === position.y &&
        old.height === height &&
        old.selected === selected;
      next.set(
        name,
        same ? old : { id: name, type: 'machine', position, width: CARD.width, height, selected, data: NO_DATA, focusable: true },
      );
    }
    kept.current = next;
    return [...next.values()];
  }, [boxes, positions, selection]);

  const applyDrag = (changes: readonly NodeChange<CardNode>[]): void => {
    const moved: Record<string, Position> = {};
    for (const change of changes) {
      if (change.type === 'position' && change.position) moved[change.id] = change.position;
    }
    if (Object.keys(moved).length > 0) setDragged((before) => ({ ...before, ...moved }));
  };
  return { nodes, boxes, positions, applyDrag };
}
