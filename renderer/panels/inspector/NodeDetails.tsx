import { isCordoned, nodeZone } from '#shared/kube/pod.ts';
import { printTaint } from '#shared/kube/taints.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import { objectKey, refOf } from '#shared/kube/types.ts';
import { Button } from '../../components/index.ts';
import { pressuresOf } from '../../graph/model.ts';
import { useT } from '../../i18n/index.ts';
import { sendCommand } from '../../store/actions.ts';
import { useCluster } from '../../store/cluster.ts';
import { openDialog } from '../../store/view.ts';
import { useEventRowsAbout } from '../dock/EventsTab.tsx';
import { wasShutDown } from '../model/nodeDown.ts';
import { isMirrorPod } from '../model/podFacts.ts';
import { bytesText, resourceRows } from '../model/requests.ts';
import { LabelsSection } from './Labels.tsx';
import { PodList } from './PodList.tsx';
import { Chips, ConditionsSection, KeyValues, Section } from './parts.tsx';

const NO_PODS: readonly Pod[] = [];

function Capacity({ node, pods }: { node: Node; pods: readonly Pod[] }) {
  const t = useT();
  return (
    <table className="grid small">
      <thead>
        <tr>
          <th>{t('panels:resource')}</th>
          <th className="num">{t('panels:requested')}</th>
          <th className="num">{t('panels:allocatable')}</th>
          <th className="num">%</th>
        </tr>
      </thead>
      <tbody>
        {resourceRows(node, pods).map((row) => (
          <tr key={row.resource}>
            <th scope="row">{row.resource}</th>
            <td className="num">{row.requestedText}</td>
            <td className="num">{row.allocatableText}</td>
            <td className="num">{row.allocatable > 0 ? Math.round((100 * row.requested) / row.allocatable) : '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Images that lie on the node already, largest first; a pod of one of them starts sooner. */
function Images({ node }: { node: Node }) {
  const t = useT();
  const images = [...(node.status.images ?? [])].sort((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0));
  if (images.length === 0) return null;
  return (
    <Section title={`${t('objects:images')} · ${images.length}`}>
      <ul className="images">
        {images.map((image) => {
          const name = image.names?.find((one) => !one.includes('@')) ?? image.names?.[0] ?? '';
          return (
            <li key={name}>
              <span className="mono ellipsis" title={name}>
                {name}
              </span>
              <span className="muted">{bytesText(image.sizeBytes ?? 0)}</span>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

/** Why the machine is off: it failed, or it was shut down. */
function Down({ node }: { node: Node }) {
  const t = useT();
  const inOrder = wasShutDown(node, useEventRowsAbout(objectKey(node)));
  return <p className={`notice ${inOrder ? '' : 'bad'}`}>{t(inOrder ? 'panels:shutDown' : 'panels:crashed')}</p>;
}

/** What the node is short of, in the words of its conditions. */
function Shortages({ node }: { node: Node }) {
  const short = pressuresOf(node);
  const conditions = (node.status.conditions ?? []).filter(({ type }) => (short as readonly string[]).includes(type));
  return conditions.map(({ type, message }) => (
    <p key={type} className="notice bad">
      <b>{type}</b> {message}
    </p>
  ));
}

/** Conditions of a node; that a shortage is absent is the good news here. */
function NodeConditions({ node }: { node: Node }) {
  const good = (type: string, status: string): 'yes' | 'bad' | 'unknown' =>
    status === 'Unknown' ? 'unknown' : (status === 'True') === (type === 'Ready') ? 'yes' : 'bad';
  const conditions = (node.status.conditions ?? []).map((one) => ({ ...one, tone: good(one.type, one.status) }));
  return <ConditionsSection conditions={conditions} />;
}

/** Facts and marks of a node, with the acts that fit them. */
export function NodeDetails({ node }: { node: Node }) {
  const t = useT();
  const name = node.metadata.name;
  const pods = useCluster((state) => state.podsByNode.get(name) ?? NO_PODS);
  const fault = useCluster((state) => state.faults[name]);
  const fixed = pods.filter(isMirrorPod);
  const own = fixed.length > 0 ? pods.filter((pod) => !isMirrorPod(pod)) : pods;
  const ref = refOf(node);
  const cordoned = isCordoned(node);
  const ready = node.status.conditions?.find((condition) => condition.type === 'Ready');
  return (
    <>
      {fault === 'crashed' ? <Down node={node} /> : null}
      {fault === 'partitioned' ? <p className="notice bad">{t('panels:partitioned')}</p> : null}
      <Shortages node={node} />
      <KeyValues
        rows={[
          [t('panels:status'), `${ready?.status === 'True' ? 'Ready' : 'NotReady'}${cordoned ? ',SchedulingDisabled' : ''}`],
          [t('panels:zone'), nodeZone(node) ?? t('panels:none')],
        ]}
      />
      <div className="button-row">
        <Button onClick={() => void sendCommand({ type: cordoned ? 'uncordon' : 'cordon', node: name })}>
          {cordoned ? t('panels:uncordon') : t('panels:cordon')}
        </Button>
        <Button onClick={() => openDialog({ type: 'drain', node: name })}>{t('panels:drain')}</Button>
        {fault ? null : <Button onClick={() => openDialog({ type: 'pressure', node: name })}>{t('objects:pressure')}</Button>}
      </div>
      <Section title={t('panels:capacity')}>
        <Capacity node={node} pods={pods} />
      </Section>
      <Section
        title={t('panels:taints')}
        action={
          <button type="button" className="link" onClick={() => openDialog({ type: 'taint', node: name })}>
            {t('panels:addTaint')}
          </button>
        }
      >
        <Chips
          tone="taint"
          items={(node.spec.taints ?? []).map((taint) => ({ id: `${taint.key}|${taint.effect}`, text: printTaint(taint) }))}
          onRemove={(id) => {
            const [key = '', effect = ''] = id.split('|');
            void sendCommand({ type: 'taint', node: name, add: [], remove: [{ key, effect }] });
          }}
        />
      </Section>
      <LabelsSection labels={node.metadata.labels} target={ref} />
      <Section title={`${t('panels:pods')} · ${own.length}`}>
        <PodList pods={own} />
      </Section>
      {fixed.length > 0 ? (
        <Section title={`${t('objects:staticPods')} · ${fixed.length}`}>
          <PodList pods={fixed} />
        </Section>
      ) : null}
      <NodeConditions node={node} />
      <Images node={node} />
    </>
  );
}
