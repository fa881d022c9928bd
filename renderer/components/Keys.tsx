const IS_MAC = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform);
const SYMBOLS: Record<string, string> = IS_MAC
  ? { mod: '⌘', shift: '⇧', alt: '⌥', enter: '↩', delete: '⌫', space: 'Space' }
  : { mod: 'Ctrl', shift: 'Shift', alt: 'Alt', enter: 'Enter', delete: 'Del', space: 'Space' };

/** A key combination such as `mod+k` as this computer writes it. */
export function keyText(combo: string): string {
  const parts = combo.split('+').map((part) => SYMBOLS[part] ?? (part.length === 1 ? part.toUpperCase() : part));
  return parts.join(IS_MAC ? '' : '+');
}

/** A key combination, drawn as a key cap. */
export function Keys({ combo }: { combo: string }) {
  return <kbd className="kbd">{keyText(combo)}</kbd>;
}
