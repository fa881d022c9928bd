import { kindInfo } from '#shared/kube/registry.ts';
import type { Deployment, PodTemplateSpec } from '#shared/kube/types.ts';
import { deployment } from '../../testing/builders.ts';
import type { ConformanceFamily } from '../types.ts';
import { createLab } from './lab.ts';

/** The file pod-template-hash.json. */
export interface TemplateHashes {
  pairs: {
    deployment: string;
    templateAsSent: PodTemplateSpec;
    hash: string;
    replicaSet: string;
    templateLabels: Record<string, string>;
  }[];
}

/** Creates a Deployment for each template and compares name and labels of the ReplicaSet that the controller makes. */
export function runTemplateHashes({ pairs }: TemplateHashes): ConformanceFamily {
  const family: ConformanceFamily = { name: 'pod-template-hash', agree: 0, total: 0, disagree: [], later: [] };
  for (const pair of pairs) {
    const lab = createLab();
    if (pair.templateAsSent.spec?.priorityClassName !== undefined) {
      const { apiVersion = '' } = kindInfo('PriorityClass') ?? {};
      lab.cluster.create({
        apiVersion,
        kind: 'PriorityClass',
        metadata: { name: pair.templateAsSent.spec.priorityClassName },
        value: 1,
      } as never);
    }
    const { app = '' } = pair.templateAsSent.metadata?.labels ?? {};
    const built = deployment(pair.deployment, { labels: { app } });
    lab.cluster.create({ ...built, spec: { ...built.spec, template: pair.templateAsSent } } satisfies Deployment);
    lab.settle();
    const [made] = lab.cluster.list('ReplicaSet', 'default');
    const got = `${made?.metadata.name} ${JSON.stringify(sorted(made?.spec.template.metadata?.labels))}`;
    const expected = `${pair.replicaSet} ${JSON.stringify(sorted(pair.templateLabels))}`;
    family.total += 1;
    if (got === expected) family.agree += 1;
    else family.disagree.push({ id: pair.deployment, what: 'ReplicaSet', expected, got });
  }
  return family;
}

function sorted(labels: Record<string, string> = {}): [string, string][] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}
