import './panels.css';
import { lazy, Suspense } from 'react';
import { Tabs } from '../components/index.ts';
import { useT } from '../i18n/index.ts';
import { useCluster } from '../store/cluster.ts';
import { useOutput } from '../store/output.ts';
import { openDock, useView } from '../store/view.ts';
import { EventsTab } from './dock/EventsTab.tsx';
import { ExplainTab } from './dock/ExplainTab.tsx';
import { OutputTab } from './dock/OutputTab.tsx';
import { RefusalsTab } from './dock/RefusalsTab.tsx';
import { RolloutTab } from './dock/RolloutTab.tsx';

/** Read when first looked at: most playgrounds have no autoscaler. */
const AutoscalingTab = lazy(async () => ({ default: (await import('./dock/AutoscalingTab.tsx')).AutoscalingTab }));

/** Tables beneath the timeline: explain, events, command output, roll-out, autoscaling, refusals. */
export function BottomDock() {
  const t = useT();
  const tab = useView((state) => state.dockTab);
  const events = useCluster((state) => state.events.size);
  const running = useOutput((state) => state.entries.reduce((count, entry) => count + (entry.exitCode === null ? 1 : 0), 0));
  return (
    <Tabs
      label={t('panels:dockTabs')}
      value={tab}
      onChange={openDock}
      tabs={[
        { id: 'explain', label: t('panels:explain'), body: <ExplainTab /> },
        { id: 'events', label: t('panels:events'), count: events, body: <EventsTab /> },
        { id: 'output', label: t('panels:output'), count: running, body: <OutputTab /> },
        { id: 'rollout', label: t('panels:rollout'), body: <RolloutTab /> },
        {
          id: 'autoscaling',
          label: t('autoscaling:tab'),
          body: (
            <Suspense fallback={null}>
              <AutoscalingTab />
            </Suspense>
          ),
        },
        { id: 'refusals', label: t('panels:refusals'), body: <RefusalsTab /> },
      ]}
    />
  );
}
