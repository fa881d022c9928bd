import { lazy, Suspense, useEffect, useLayoutEffect } from 'react';
import { Canvas } from './canvas/Canvas.tsx';
import { Palette } from './canvas/palette/Palette.tsx';
import { Header } from './components/header/Header.tsx';
import { ErrorBoundary, Toasts, TooltipProvider } from './components/index.ts';
import { Splitter } from './components/Splitter.tsx';
import { Timeline } from './components/timeline/Timeline.tsx';
import { changeLanguage, useT } from './i18n/index.ts';
import { BottomDock } from './panels/BottomDock.tsx';
import { InspectorPanel } from './panels/InspectorPanel.tsx';
import { Presenter } from './presenter/Presenter.tsx';
import { useCluster } from './store/cluster.ts';
import { useView } from './store/view.ts';

/** Dialogs are read after the first picture: none is open then. */
const Dialogs = lazy(async () => ({ default: (await import('./panels/Dialogs.tsx')).Dialogs }));

/** Applies theme, language and the window's title to the document. */
function useDocument(): void {
  const theme = useView((state) => state.theme);
  const language = useView((state) => state.language);
  const title = useCluster((state) => state.session?.title);
  const dirty = useCluster((state) => state.session?.dirty);
  // Before the effects of what is drawn by hand (timeline, tiles): they read their colours from the document.
  useLayoutEffect(() => {
    const system = window.matchMedia('(prefers-color-scheme: light)');
    const apply = (): void => {
      document.documentElement.dataset.theme = theme === 'system' ? (system.matches ? 'light' : 'dark') : theme;
    };
    apply();
    system.addEventListener('change', apply);
    return () => system.removeEventListener('change', apply);
  }, [theme]);
  useEffect(() => changeLanguage(language), [language]);
  useEffect(() => {
    document.title = `${dirty ? '• ' : ''}${title ? `${title} – ` : ''}Stowage`;
  }, [title, dirty]);
}

/** Says so while there is no playground to show. */
function Connection() {
  const t = useT();
  const connection = useView((state) => state.connection);
  if (connection === 'live') return null;
  return (
    <div className="connection" role="status">
      {t(connection === 'lost' ? 'shell:lost' : 'shell:connecting')}
    </div>
  );
}

/** The window. */
export function App() {
  useDocument();
  const t = useT();
  const dockOpen = useView((state) => state.dockOpen);
  const inspectorOpen = useView((state) => state.inspectorOpen);
  const presenter = useView((state) => state.presenter);
  return (
    <TooltipProvider delayDuration={350} skipDelayDuration={100}>
      <div className={`app ${presenter ? 'presenter' : ''} ${inspectorOpen ? '' : 'no-inspector'}`}>
        <Header />
        <aside className="app-palette" aria-label={t('shell:paletteRegion')}>
          <ErrorBoundary name={t('shell:paletteRegion')}>
            <Palette />
          </ErrorBoundary>
        </aside>
        <main className="app-canvas" aria-label={t('shell:canvasRegion')}>
          <ErrorBoundary name={t('shell:canvasRegion')}>
            <Canvas />
            {presenter ? <Presenter /> : null}
          </ErrorBoundary>
        </main>
        {inspectorOpen && !presenter ? (
          <aside className="app-inspector" aria-label={t('shell:inspector')}>
            <Splitter edge="left" label={t('shell:resizeInspector')} variable="--inspector-w" min={280} max={640} />
            <ErrorBoundary name={t('shell:inspector')}>
              <InspectorPanel />
            </ErrorBoundary>
          </aside>
        ) : null}
        <footer className="app-foot">
          <Timeline />
          {dockOpen && !presenter ? (
            <section className="app-dock" aria-label={t('shell:dock')}>
              <Splitter edge="top" label={t('shell:resizeDock')} variable="--dock-h" min={96} max={560} />
              <ErrorBoundary name={t('shell:dock')}>
                <BottomDock />
              </ErrorBoundary>
            </section>
          ) : null}
        </footer>
        <ErrorBoundary name="">
          <Suspense fallback={null}>
            <Dialogs />
          </Suspense>
        </ErrorBoundary>
        <Toasts />
        <Connection />
      </div>
    </TooltipProvider>
  );
}
