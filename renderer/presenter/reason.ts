import type { Happening, Why } from './happening.ts';

/** A reason with what its words are filled with. */
export type Reason = Pick<Happening, 'why' | 'values'>;

/** The reason of a happening. */
export function because(why: Why, values: Happening['values'] = {}): Reason {
  return { why, values };
}
