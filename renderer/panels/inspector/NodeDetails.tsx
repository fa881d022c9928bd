import { isCordoned, nodeZone } from '#shared/kube/pod.ts';
import { printTaint } from '#shared/kube/taints.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import { objectKey, refOf } from '#shared/kube/types.ts';
import { Button, PodGlyph } from '../../components/index.ts';
import { podLook } from '../../graph/podLook.ts';
import { useT } from '../../i18n/index.ts';
import { sendCommand } from '../../store/actions.ts';
import { useCluster } from '../../store/cluster.ts';
import { openDialog, select } from '../../store/view.ts';
import { resourceRows } from '../model/requests.ts';
import { Chips, Conditions, KeyValues, Section } from './parts.tsx';

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

function PodList({ pods }: { pods: readonly Pod[] }) {
  const owners = useCluster((state) => state.owners);
  const lineage = useCluster((state) => state.lineage);
  return (
    <ul className="object-list">
      {pods.map((pod) => (
        <li key={objectKey(pod)}>
          <button type="button" className="object-link" onClick={() => select(objectKey(pod))}>
            <PodGlyph look={podLook(pod, owners, lineage)} />
            <span className="ellipsis">{pod.metadata.name}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Facts and marks of a node, with the acts that fit them. */
export function NodeDetails({ node }: { node: Node }) {
  const t = useT();
  const name = node.metadata.name;
  const pods = useCluster((state) => state.podsByNode.get(name) ?? NO_PODS);
  const fault = useCluster((state) => state.faults[name]);
  const ref = refOf(node);
  const cordoned = isCordoned(node);
  const ready = node.status.conditions?.find((condition) => condition.type === 'Ready');
  const labels = Object.entries(node.metadata.labels ?? {});
  return (
    <>
      {fault ? <p className="notice bad">{t(fault === 'crashed' ? 'panels:crashed' : 'panels:partitioned')}</p> : null}
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
      <Section
        title={t('panels:labels')}
        action={
          <button type="button" className="link" onClick={() => openDialog({ type: 'label', target: ref })}>
            {t('panels:addLabel')}
          </button>
        }
      >
        <Chips
          items={labels.map(([key, value]) => ({ id: key, text: value === '' ? key : `${key}=${value}` }))}
          onRemove={(key) => void sendCommand({ type: 'label', ref, set: {}, remove: [key] })}
        />
      </Section>
      <Section title={`${t('panels:pods')} · ${pods.length}`}>
        <PodList pods={pods} />
      </Section>
      {node.status.conditions ? (
        <Section title={t('panels:conditions')}>
          <Conditions conditions={node.status.conditions} />
        </Section>
      ) : null}
    </>
  );
}
