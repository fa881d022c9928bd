import type { Frame } from '#shared/protocol/index.ts';
import { en } from '../i18n/en.ts';
import type { Translate } from '../i18n/index.ts';
import type { ko } from '../i18n/ko.ts';
import type { Happening } from '../presenter/happening.ts';
import { NO_PAST, observe, type Past } from '../presenter/observe.ts';
import { wordsOf } from '../presenter/words.ts';
import { applyFrame, EMPTY_MIRROR, type Mirror } from '../store/mirror.ts';
import { frame } from './frames.ts';

/** Message function over a catalogue, without i18next. `plural`: whether the language tells one from many. */
export function translator(catalogue: typeof en | typeof ko, plural: boolean): Translate {
  return (key, values = {}) => {
    const [namespace = '', id = ''] = key.split(':');
    const table = catalogue[namespace as keyof typeof catalogue] as Record<string, string>;
    const text = table[id] ?? table[`${id}_${values.count === 1 && plural ? 'one' : 'other'}`] ?? key;
    return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? '?'));
  };
}

/** What a test says of one frame. */
export type Parts = Parameters<typeof frame>[0];

/** Gives the frames one after the other; returns what the last one had to tell. */
export function told(...frames: Parts[]): Happening[] {
  let mirror: Mirror = EMPTY_MIRROR;
  let past: Past = NO_PAST;
  let last: Happening[] = [];
  frames.forEach((parts, index) => {
    const next: Frame = frame({ ...parts, snapshot: index === 0, fromRevision: index - 1, toRevision: index });
    const after = applyFrame(mirror, next);
    if (after === 'resync') throw new Error('the frame does not follow');
    const seen = observe(past, mirror, after, next.changes, next.signals);
    past = seen.past;
    last = seen.told;
    mirror = after;
  });
  return last;
}

/** The captions of the last frame in English, `what | why`. */
export function said(...frames: Parts[]): string[] {
  return told(...frames).map((one) => {
    const { what, why } = wordsOf(translator(en, true), one);
    return why ? `${what} | ${why}` : what;
  });
}
