/** Sizes of a node card in flow units; styles/canvas.css uses the same. The card is never measured: where a pod stands is computed. */
export const CARD = {
  width: 276,
  paddingX: 12,
  paddingTop: 10,
  header: 20,
  chips: 30,
  bar: 18,
  podsTop: 8,
  pod: 18,
  podGap: 5,
  paddingBottom: 12,
  perRow: 11,
} as const;

const PITCH = CARD.pod + CARD.podGap;

function podsTop(bars: number): number {
  return CARD.paddingTop + CARD.header + CARD.chips + bars * CARD.bar + CARD.podsTop;
}

/** Height of a card with so many bars and pods; one row for pods is always there. */
export function cardHeight(bars: number, pods: number): number {
  const rows = Math.max(1, Math.ceil(pods / CARD.perRow));
  return podsTop(bars) + rows * PITCH - CARD.podGap + CARD.paddingBottom;
}

/** Middle of the n-th pod's place (from 0), from the card's upper left corner. */
export function podSlot(bars: number, index: number): { x: number; y: number } {
  return {
    x: CARD.paddingX + (index % CARD.perRow) * PITCH + CARD.pod / 2,
    y: podsTop(bars) + Math.floor(index / CARD.perRow) * PITCH + CARD.pod / 2,
  };
}
