/** Zoom beneath which a card becomes a tile. */
const TILE_BELOW = 0.43;
/** Zoom above which a tile becomes a card again; the distance keeps it from flickering at the border. */
const CARD_ABOVE = 0.47;

/** Level of detail for a zoom, given the present one. */
export function tilesAt(zoom: number, tilesNow: boolean): boolean {
  return tilesNow ? zoom < CARD_ABOVE : zoom < TILE_BELOW;
}

/** Zoom beneath which tiles write their names larger, with the same distance back. */
export function farAt(zoom: number, farNow: boolean): boolean {
  return farNow ? zoom < 0.28 : zoom < 0.26;
}
