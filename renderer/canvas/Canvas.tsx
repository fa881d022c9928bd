import 'reactflow/dist/style.css';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import {
  Background,
  BackgroundVariant,
  type Node,
  type NodeChange,
  type OnMove,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  ViewportPortal,
} from 'reactflow';
import { Button } from '../components/index.ts';
import { ContextMenuArea } from '../components/Menu.tsx';
import { type Box, zoneAt, zoneBands } from '../graph/group.ts';
import { layoutCards } from '../graph/layout.ts';
import { farAt, tilesAt } from '../graph/lod.ts';
import { useT } from '../i18n/index.ts';
import { appActions } from '../store/appActions.ts';
import { type CanvasPort, registerCanvas } from '../store/canvasPort.ts';
import { useCluster } from '../store/cluster.ts';
import { useMetricsWatch } from '../store/metrics.ts';
import type { Position } from '../store/mirror.ts';
import { dropItem, pinPositions } from '../store/place.ts';
import { select, useView } from '../store/view.ts';
import { CanvasMenu, rememberTarget } from './CanvasMenu.tsx';
import { ControlPlane } from './ControlPlane.tsx';
import { onCanvasClick, onCanvasKeyDown } from './input.ts';
import { MotionLayer, stopMotion } from './motion/MotionLayer.tsx';
import { NodeCard } from './NodeCard.tsx';
import { QueuePanel } from './QueuePanel.tsx';
import { TileLayer } from './TileLayer.tsx';
import { type CardNode, useFlowNodes } from './useFlowNodes.ts';
import { ZoomPanel } from './ZoomPanel.tsx';

const NODE_TYPES = { machine: NodeCard };
const PRO_OPTIONS = { hideAttribution: true };
const SNAP: [number, number] = [10, 10];
/** Room that panels in front of the canvas take from it, in pixels. */
function overlays(): { top: number; right: number; bottom: number; left: number } {
  const presenter = useView.getState().presenter;
  const read = (selector: string): number => document.querySelector<HTMLElement>(selector)?.offsetWidth ?? 0;
  const caption = document.querySelector<HTMLElement>('.caption')?.offsetHeight ?? 0;
  return { top: presenter ? 30 : 96, right: 28, bottom: presenter ? caption + 34 : 88, left: (read('.queue-panel') || 210) + 34 };
}

const reducedMotion = typeof matchMedia === 'function' ? matchMedia('(prefers-reduced-motion: reduce)') : null;

/** How all cards are brought into view: beside the queue (left), under the control plane (top), above a caption (bottom). */
function fitOptions(): {
  padding: { top: `${number}px`; left: `${number}px`; right: `${number}px`; bottom: `${number}px` };
  maxZoom: number;
  minZoom: number;
  duration: number;
} {
  const { top, right, bottom, left } = overlays();
  return {
    padding: { top: `${top}px`, left: `${left}px`, right: `${right}px`, bottom: `${bottom}px` },
    maxZoom: useView.getState().presenter ? 1.8 : 1.1,
    minZoom: 0.08,
    duration: reducedMotion?.matches ? 0 : 220,
  };
}

/** Puts cards into the middle of what panels leave free, as large as they fit. React Flow's own fitView centres small sets in the whole canvas instead. */
function bringIntoView(
  flow: ReturnType<typeof useReactFlow>,
  element: HTMLElement | null,
  cards: Node[],
  nearest?: number,
): void {
  if (!element || cards.length === 0) return;
  const { minZoom, maxZoom, duration } = fitOptions();
  const { top, right, bottom, left } = overlays();
  const [width, height] = [element.clientWidth - left - right, element.clientHeight - top - bottom];
  const box = flow.getNodesBounds(cards);
  const fits = Math.min(width / box.width, height / box.height);
  const zoom = Math.max(minZoom, Math.min(nearest ?? maxZoom, fits));
  const x = left + width / 2 - (box.x + box.width / 2) * zoom;
  const y = top + height / 2 - (box.y + box.height / 2) * zoom;
  void flow.setViewport({ x, y, zoom }, { duration });
}

/** Whether all of these cards are where panels leave the canvas free. */
function inView(flow: ReturnType<typeof useReactFlow>, element: HTMLElement | null, cards: readonly Node[]): boolean {
  const view = element?.getBoundingClientRect();
  if (!view) return true;
  const { zoom } = flow.getViewport();
  const room = overlays();
  return cards.every(({ position, width, height }) => {
    const at = flow.flowToScreenPosition(position);
    const [x, y] = [at.x - view.left, at.y - view.top];
    const [right, bottom] = [x + (width ?? 0) * zoom, y + (height ?? 0) * zoom];
    return x >= room.left - 20 && y >= 0 && right <= view.width && bottom <= view.height - room.bottom + 20;
  });
}

/** The canvas: machines as cards, the queue and the control plane in front, and what moves between them. */
export function Canvas() {
  return (
    <ReactFlowProvider>
      <Board />
      <UsageWatch />
    </ReactFlowProvider>
  );
}

function useCanvasPort(
  boxes: readonly Box[],
  positions: Readonly<Record<string, Position>>,
  element: React.RefObject<HTMLDivElement | null>,
): void {
  const flow = useReactFlow();
  const now = useRef({ boxes, positions });
  now.current = { boxes, positions };
  useEffect(() => {
    const nodeAt = (point: { x: number; y: number }): string | null | undefined => {
      const hit = document.elementFromPoint(point.x, point.y);
      if (!hit || !element.current?.contains(hit)) return undefined;
      return hit.closest<HTMLElement>('[data-node-name]')?.dataset.nodeName ?? null;
    };
    const port: CanvasPort = {
      fitView: () => bringIntoView(flow, element.current, flow.getNodes()),
      zoomIn: () => void flow.zoomIn({ duration: 120 }),
      zoomOut: () => void flow.zoomOut({ duration: 120 }),
      tidy: () => void pinPositions(layoutCards(now.current.boxes, {})).then(() => flow.fitView(fitOptions())),
      toFlow: (point) => flow.screenToFlowPosition(point),
      center: () => {
        const box = element.current?.getBoundingClientRect();
        const middle = flow.screenToFlowPosition({
          x: (box?.left ?? 0) + (box?.width ?? 0) / 2,
          y: (box?.top ?? 0) + (box?.height ?? 0) / 2,
        });
        return freePlace(middle, now.current.positions);
      },
      positions: () => now.current.positions,
      zoneAt: (position) => zoneAt(position, now.current.boxes, now.current.positions, 'zone-a'),
      nodeAt,
      drop: (item, point) => {
        const at = flow.screenToFlowPosition(point);
        dropItem(item, nodeAt(point) ?? null, { x: at.x - 24, y: at.y - 18 }, point);
      },
      reveal: (node) => {
        void flow.fitView({ ...fitOptions(), nodes: [{ id: node }] });
        element.current
          ?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(node)}"]`)
          ?.focus({ preventScroll: true });
      },
      show: (nodes) => {
        const cards = nodes.flatMap((node) => flow.getNode(node) ?? []);
        if (!inView(flow, element.current, cards)) bringIntoView(flow, element.current, cards, flow.getViewport().zoom);
      },
    };
    registerCanvas(port);
    return () => registerCanvas(null);
  }, [flow, element]);
}

/** The wanted place, or the next one to the right of it that no card covers. */
function freePlace(wanted: Position, positions: Readonly<Record<string, Position>>): Position {
  const at = { x: Math.round(wanted.x - 138), y: Math.round(wanted.y - 80) };
  while (Object.values(positions).some((other) => Math.abs(other.x - at.x) < 290 && Math.abs(other.y - at.y) < 190)) at.x += 300;
  return at;
}

/**
 * Shows all cards whenever another playground has been opened, and again when machines join outside the view, as long as nobody has moved the
 * view by hand (`moved`).
 */
function useFit(count: number, element: React.RefObject<HTMLDivElement | null>, moved: React.RefObject<boolean>): void {
  const flow = useReactFlow();
  const title = useCluster((state) => `${state.session?.fileName ?? ''}|${state.session?.title ?? ''}`);
  const shown = useRef<string | null>(null);
  useEffect(() => {
    if (count === 0) return;
    const opened = shown.current !== title;
    shown.current = title;
    if (opened) moved.current = false;
    requestAnimationFrame(() => {
      if (opened) void flow.fitView({ ...fitOptions(), duration: 0 });
      else if (!moved.current && !inView(flow, element.current, flow.getNodes()))
        bringIntoView(flow, element.current, flow.getNodes());
    });
  }, [count, title, flow, element, moved]);
}

/** Clusters up to this size have their use measured and drawn all the time; in larger ones, whoever looks asks for what is looked at. */
const MEASURED_NODES = 300;
const MEASURED_PODS = 2000;

/** Keeps the use of all nodes up to date while cards are drawn. */
function UsageWatch() {
  const tiles = useView((state) => state.tiles);
  const small = useCluster((state) => state.nodes.size < MEASURED_NODES && state.pods.size < MEASURED_PODS);
  useMetricsWatch(!tiles && small ? 'all' : null);
  return null;
}

function changeSelection(changes: readonly NodeChange<CardNode>[], adding: boolean): void {
  const picks = changes.filter((change) => change.type === 'select');
  if (picks.length === 0) return;
  const { selection } = useView.getState();
  const next = new Set(selection);
  if (picks.some((change) => change.selected) && !adding)
    for (const key of selection) if (!key.startsWith('Node//')) next.delete(key);
  for (const change of picks) {
    if (change.selected) next.add(`Node//${change.id}`);
    else next.delete(`Node//${change.id}`);
  }
  if (next.size !== selection.length || selection.some((key) => !next.has(key))) useView.setState({ selection: [...next] });
}

const PAN_REST_MS = 160;

/**
 * Follows the view: level of detail, movements that end when the ground moves, and, while only the place changes, a layer of its own for the
 * cards, so that panning costs the main thread nothing (kept no longer than that: such a layer would blur when zoomed).
 */
function useMove(element: React.RefObject<HTMLDivElement | null>, moved: React.RefObject<boolean>): OnMove {
  const last = useRef({ zoom: 0, timer: 0 });
  return useCallback(
    (event, viewport) => {
      stopMotion();
      // Movements of the program's own come without an event.
      if (event) moved.current = true;
      const now = useView.getState();
      const tiles = tilesAt(viewport.zoom, now.tiles);
      const far = farAt(viewport.zoom, now.far);
      if (tiles !== now.tiles || far !== now.far) useView.setState({ tiles, far });
      const panning = viewport.zoom === last.current.zoom;
      last.current.zoom = viewport.zoom;
      element.current?.classList.toggle('panning', panning);
      window.clearTimeout(last.current.timer);
      last.current.timer = window.setTimeout(() => element.current?.classList.remove('panning'), PAN_REST_MS);
    },
    [element, moved],
  );
}

function Board() {
  const t = useT();
  const element = useRef<HTMLDivElement>(null);
  const { nodes, boxes, positions, applyDrag } = useFlowNodes();
  const modifier = useRef(false);
  const tiles = useView((state) => state.tiles);
  const moved = useRef(false);
  const onMove = useMove(element, moved);
  useCanvasPort(boxes, positions, element);
  useFit(nodes.length, element, moved);
  const named = useCardNames(nodes);
  const bands = useMemo(() => zoneBands(boxes, positions), [boxes, positions]);
  return (
    <ContextMenuArea Content={CanvasMenu}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: pods and cards inside are the interactive elements; this only delegates */}
      <div
        ref={element}
        className={tiles ? 'canvas from-afar' : 'canvas'}
        onClickCapture={onCanvasClick}
        onKeyDown={onCanvasKeyDown}
        onContextMenuCapture={rememberTarget}
        onPointerDownCapture={(event) => {
          modifier.current = event.shiftKey || event.metaKey || event.ctrlKey;
        }}
      >
        <ReactFlow<CardNode>
          nodes={named}
          nodeTypes={NODE_TYPES}
          onNodesChange={(changes) => {
            applyDrag(changes);
            changeSelection(changes, modifier.current);
          }}
          onNodeDragStop={(_, __, moved) => void pinPositions(Object.fromEntries(moved.map((node) => [node.id, node.position])))}
          onSelectionDragStop={(_, moved) => void pinPositions(Object.fromEntries(moved.map((node) => [node.id, node.position])))}
          onPaneClick={() => select()}
          onMove={onMove}
          minZoom={0.08}
          maxZoom={2}
          snapToGrid
          snapGrid={SNAP}
          onlyRenderVisibleElements
          nodesConnectable={false}
          deleteKeyCode={null}
          disableKeyboardA11y
          selectNodesOnDrag={false}
          elevateNodesOnSelect={false}
          panOnScroll={false}
          proOptions={PRO_OPTIONS}
          aria-label={t('shell:canvasRegion')}
        >
          <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} color="var(--dot)" />
          <ViewportPortal>
            {bands.map((band) => (
              <div
                key={band.zone}
                className="zone-band"
                style={{ transform: `translate(${band.x}px, ${band.y}px)`, width: band.width, height: band.height }}
              >
                <span>{band.zone}</span>
              </div>
            ))}
            {tiles ? <TileLayer boxes={boxes} positions={positions} /> : null}
          </ViewportPortal>
        </ReactFlow>
        {nodes.length === 0 ? <Empty /> : null}
        <ControlPlane />
        <QueuePanel />
        <ZoomPanel />
        <MotionLayer canvas={element} />
      </div>
    </ContextMenuArea>
  );
}

interface Named {
  key: string;
  label: string;
  from: CardNode;
  node: CardNode;
}

/** Gives each card its spoken name, made anew only when something in it changed: readiness, zone, number of pods, language. */
function useCardNames(nodes: readonly CardNode[]): CardNode[] {
  const t = useT();
  const kept = useRef(new Map<string, Named>());
  const facts = useCluster((state) => state.nodes);
  const pods = useCluster((state) => state.podsByNode);
  const spoken = useRef(t);
  return useMemo(() => {
    // Names are of the language that t speaks; the chosen one in the view store is ahead of it for a moment.
    if (spoken.current !== t) kept.current.clear();
    spoken.current = t;
    return nodes.map((node) => {
      const fact = facts.get(node.id);
      const ready = fact?.status?.conditions?.find((condition) => condition.type === 'Ready')?.status;
      const zone = fact?.metadata.labels?.['topology.kubernetes.io/zone'] ?? '';
      const count = pods.get(node.id)?.length ?? 0;
      const key = `${ready}|${zone}|${count}`;
      const known = kept.current.get(node.id);
      if (known?.key === key && known.from === node) return known.node;
      const state = t(ready === 'True' ? 'canvas:ready' : ready === 'False' ? 'canvas:notReady' : 'canvas:unknown');
      const label =
        known?.key === key
          ? known.label
          : t('canvas:nodeName', { name: node.id, state, zone: zone || t('canvas:noZone'), pods: count });
      const named = { ...node, ariaLabel: label };
      kept.current.set(node.id, { key, label, from: node, node: named });
      return named;
    });
  }, [nodes, facts, pods, t]);
}

function Empty() {
  const t = useT();
  return (
    <div className="canvas-empty">
      <h2>{t('canvas:emptyTitle')}</h2>
      <p>{t('canvas:emptyText')}</p>
      <Button tone="primary" onClick={appActions.library.run}>
        {t('canvas:emptyOpen')}
      </Button>
    </div>
  );
}
