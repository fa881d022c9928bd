import type { Happening } from './happening.ts';

/** Most pods that get a ring each; a crowd is told by its cards. */
const MOST_RINGS = 16;

function quoted(text: string): string {
  return text.replace(/["\\\n]/g, '\\$&');
}

/** Attribute selector of the element that shows an object. */
function element(key: string): string {
  return `[data-key="${quoted(key)}"]`;
}

/**
 * Rules that put what a caption is about in the light: rings around its pods, their places in the queue and its cards; the other cards step back.
 * As rules, not as classes, they outlive every redrawing of a card. Empty when there is nothing to point at.
 */
export function spotlightCss(told: Happening | null): string {
  if (!told) return '';
  const pods = told.pods.slice(0, MOST_RINGS).map(element);
  const cards = told.nodes.map((node) => element(`Node//${node}`));
  const others = told.others.map(element);
  const rules: string[] = [];
  const rule = (selectors: readonly string[], body: string): void => {
    if (selectors.length > 0) rules.push(`${selectors.join(',')}{${body}}`);
  };
  if (cards.length > 0) {
    const not = cards.map((card) => `:not(${card})`).join('');
    rules.push(`.presenter .card${not}{opacity:.38}`);
    // On the frame around the card: a crashed card is drawn without colour.
    rule(
      told.nodes.map((node) => `.presenter .react-flow__node[data-id="${quoted(node)}"]`),
      'box-shadow:0 0 0 3px var(--spot),0 0 44px 4px color-mix(in srgb,var(--spot) 34%,transparent)',
    );
  }
  rule(
    pods.map((pod) => `.presenter .card-pods ${pod}`),
    'outline:3px solid var(--spot);outline-offset:2px;opacity:1;clip-path:none',
  );
  rule(
    [...pods, ...others].map((one) => `.presenter .queue-panel ${one}`),
    'background:color-mix(in srgb,var(--spot) 18%,transparent);box-shadow:inset 0 0 0 2px var(--spot)',
  );
  return rules.join('\n');
}
