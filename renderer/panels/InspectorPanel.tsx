import './panels.css';
import './objects.css';
import { lazy, type ReactNode, Suspense } from 'react';
import type { AnyObject, Deployment, Node, ObjectKey, Pod } from '#shared/kube/types.ts';
import { KindIcon, PodGlyph, type TabSpec, Tabs } from '../components/index.ts';
import { podLook } from '../graph/podLook.ts';
import { useT } from '../i18n/index.ts';
import { useCluster } from '../store/cluster.ts';
import { type InspectorTab, openInspector, refOfKey, useView } from '../store/view.ts';
import { isWorkload, type Workload } from '../store/workloads.ts';
import { EventsTable, useEventRowsAbout } from './dock/EventsTab.tsx';
import { AdmissionTab } from './inspector/AdmissionTab.tsx';
import { DeploymentDetails } from './inspector/DeploymentDetails.tsx';
import { AutoscalerPart, NodeUsePart } from './inspector/deferred.tsx';
import { NodeDetails } from './inspector/NodeDetails.tsx';
import { ObjectDetails } from './inspector/ObjectDetails.tsx';
import { Overview } from './inspector/Overview.tsx';
import { PodDetails } from './inspector/PodDetails.tsx';
import { WhyTab } from './inspector/WhyTab.tsx';
import { WorkloadDetails } from './inspector/WorkloadDetails.tsx';
import { objectOf } from './selection.ts';

/** The editor is large; it is read when first looked at. */
const YamlTab = lazy(async () => ({ default: (await import('./inspector/YamlTab.tsx')).YamlTab }));

function Glyph({ object }: { object: AnyObject }) {
  const owners = useCluster((state) => state.owners);
  const lineage = useCluster((state) => state.lineage);
  if (object.kind === 'Pod') return <PodGlyph look={podLook(object as unknown as Pod, owners, lineage)} />;
  return <KindIcon kind={object.kind} size={18} />;
}

function Details({ object }: { object: AnyObject }): ReactNode {
  if (object.kind === 'Pod') return <PodDetails pod={object as unknown as Pod} />;
  if (object.kind === 'Node') {
    return (
      <>
        <NodeDetails node={object as unknown as Node} />
        <NodeUsePart name={object.metadata.name} />
      </>
    );
  }
  if (object.kind === 'HorizontalPodAutoscaler' || object.kind === 'VerticalPodAutoscaler')
    return <AutoscalerPart object={object} />;
  if (isWorkload(object.kind) && object.kind !== 'Deployment')
    return <WorkloadDetails workload={object as unknown as Workload} />;
  if (object.kind === 'Deployment') return <DeploymentDetails deployment={object as unknown as Deployment} />;
  return <ObjectDetails object={object} />;
}

function ObjectInspector({ id, object }: { id: ObjectKey; object: AnyObject }) {
  const t = useT();
  const chosen = useView((state) => state.inspectorTab);
  const rows = useEventRowsAbout(id);
  const isPod = object.kind === 'Pod';
  const tabs: TabSpec<InspectorTab>[] = [
    ...(isPod
      ? [
          {
            id: 'why' as const,
            label: t('panels:why'),
            body: (
              <div className="inspector-body">
                <WhyTab pod={object as unknown as Pod} />
              </div>
            ),
          },
        ]
      : []),
    {
      id: 'details',
      label: t('panels:details'),
      body: (
        <div className="inspector-body">
          <Details object={object} />
        </div>
      ),
    },
    {
      id: 'yaml',
      label: t('panels:yaml'),
      body: (
        <Suspense fallback={null}>
          <YamlTab key={id} object={object} />
        </Suspense>
      ),
    },
    {
      id: 'events',
      label: t('panels:events'),
      count: rows.length,
      body:
        rows.length === 0 ? <p className="empty">{t('panels:eventsNone')}</p> : <EventsTable rows={rows} showObject={false} />,
    },
    { id: 'admission', label: t('panels:admission'), body: <AdmissionTab id={id} /> },
  ];
  return (
    <div className="inspector">
      <header className="inspector-head">
        <Glyph object={object} />
        <h2 className="inspector-title ellipsis" title={object.metadata.name}>
          {object.metadata.name}
        </h2>
        <span className="muted">{object.kind}</span>
      </header>
      <Tabs
        key={id}
        label={t('panels:tabs')}
        value={chosen === 'why' && !isPod ? 'details' : chosen}
        onChange={openInspector}
        tabs={tabs}
      />
    </div>
  );
}

/** What the right-hand side shows: the last selected object, or the playground itself. */
export function InspectorPanel() {
  const t = useT();
  const key = useView((state) => state.selection.at(-1));
  const count = useView((state) => state.selection.length);
  const object = useCluster((state) => (key ? (objectOf(state, key) as AnyObject | null) : null));
  if (!key) return <Overview />;
  if (!object) {
    return (
      <>
        <p className="empty">
          {refOfKey(key).kind} {refOfKey(key).name}: {t('panels:gone')}
        </p>
        {/* What was refused has never been there; why is the one thing to be told of it. */}
        <AdmissionTab id={key} />
      </>
    );
  }
  return (
    <>
      {count > 1 ? <p className="multi-note">{t('panels:selected', { count })}</p> : null}
      <ObjectInspector id={key} object={object} />
    </>
  );
}
