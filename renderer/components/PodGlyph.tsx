import type { CSSProperties } from 'react';
import type { PodLook } from '../graph/podLook.ts';

/** A pod as drawn everywhere: colour = owner, shape and border = state, dot = priority, cut corner = older revision. Decorative: name it beside. */
export function PodGlyph({ look }: { look: PodLook }) {
  return <span aria-hidden className={look.className} style={{ '--c': look.color } as CSSProperties} />;
}
