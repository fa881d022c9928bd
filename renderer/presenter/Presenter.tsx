import { useEffect, useState } from 'react';
import { Keys } from '../components/Keys.tsx';
import { useT } from '../i18n/index.ts';
import { canvasPort } from '../store/canvasPort.ts';
import { useCluster } from '../store/cluster.ts';
import { select } from '../store/view.ts';
import { followHappenings, useCaptions } from './captions.ts';
import { toneOf } from './happening.ts';
import { followPresenterKeys } from './keys.ts';
import { spotlightCss } from './spotlight.ts';
import { wordsOf } from './words.ts';
import './presenter.css';

const SPOKEN_AFTER_MS = 300;

/** Text for a screen reader: a moment late, so that a caption that is still growing is read once. */
function useSpoken(text: string): string {
  const [spoken, setSpoken] = useState('');
  useEffect(() => {
    const timer = window.setTimeout(() => setSpoken(text), SPOKEN_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  return spoken;
}

/** Whole presenter view: follows what happens, says it, and points at it. Mounted while it is on. */
export function Presenter() {
  const t = useT();
  const playing = useCluster((state) => state.session?.playing ?? false);
  const shown = useCaptions((state) => state.shown);
  const title = useCluster((state) => state.session?.title ?? '');
  const told = shown?.told ?? null;
  useEffect(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    select();
    const stopKeys = followPresenterKeys();
    const stopCaptions = followHappenings();
    const frame = requestAnimationFrame(() => canvasPort()?.fitView());
    return () => {
      stopKeys();
      stopCaptions();
      cancelAnimationFrame(frame);
      requestAnimationFrame(() => canvasPort()?.fitView());
    };
  }, []);
  const nodes = told?.nodes.join('/') ?? '';
  useEffect(() => {
    if (nodes !== '') canvasPort()?.show(nodes.split('/'));
  }, [nodes]);
  const words = told ? wordsOf(t, told) : { what: title, why: playing ? '' : t('presenter:first') };
  const spoken = useSpoken([words.what, words.why].filter((text) => text !== '').join('. '));
  return (
    <section className={`caption tone-${told ? toneOf(told) : 'plain'}`} aria-label={t('presenter:region')} data-testid="caption">
      <style>{spotlightCss(told)}</style>
      <div className="caption-text" key={shown?.id ?? 0} aria-hidden>
        <p className="caption-what">{words.what}</p>
        <p className="caption-why">{words.why}</p>
      </div>
      <Hints />
      <div className="visually-hidden" role="status" aria-live="polite" aria-atomic>
        {spoken}
      </div>
    </section>
  );
}

function Hints() {
  const t = useT();
  const playing = useCluster((state) => state.session?.playing ?? false);
  const more = useCaptions((state) => state.waiting.length);
  return (
    <p className="caption-hints">
      <span>
        <Keys combo="space" />{' '}
        {playing ? t('presenter:hintPause') : more > 0 ? t('presenter:hintMore', { count: more }) : t('presenter:hintNext')}
      </span>
      <span>
        <Keys combo="Escape" /> {t('presenter:hintLeave')}
      </span>
    </p>
  );
}
