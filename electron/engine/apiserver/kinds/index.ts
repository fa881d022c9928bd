import { countedStrategy, plainStrategy } from './common.ts';
import { podTemplateStrategy } from './config.ts';
import { daemonSetStrategy } from './daemonSet.ts';
import { deploymentStrategy } from './deployment.ts';
import { jobStrategy } from './job.ts';
import { namespaceStrategy } from './namespace.ts';
import { podStrategy } from './pod.ts';
import { policyStrategy, validatingPolicyStrategy } from './policies.ts';
import { endpointSliceStrategy, serviceStrategy } from './service.ts';
import { serviceAccountStrategy } from './serviceAccount.ts';
import { statefulSetStrategy } from './statefulSet.ts';
import type { KindStrategy } from './strategy.ts';
import { verticalAutoscalerStrategy } from './vpa.ts';
import { webhookStrategy } from './webhooks.ts';

/** A new simulated kind adds its line here; kinds that are not named follow the common rules. */
const STRATEGIES: ReadonlyMap<string, KindStrategy> = new Map<string, KindStrategy>([
  ['Pod', podStrategy],
  ['Namespace', namespaceStrategy],
  ['Deployment', deploymentStrategy],
  ['ReplicaSet', countedStrategy],
  ['PodDisruptionBudget', countedStrategy],
  ['ServiceAccount', serviceAccountStrategy],
  ['PodTemplate', podTemplateStrategy],
  ['PriorityClass', { generation: () => false }],
  ['ReplicationController', countedStrategy],
  ['DaemonSet', daemonSetStrategy],
  ['StatefulSet', statefulSetStrategy],
  ['Job', jobStrategy],
  ['CronJob', countedStrategy],
  ['VerticalPodAutoscaler', verticalAutoscalerStrategy],
  ['VerticalPodAutoscalerCheckpoint', verticalAutoscalerStrategy],
  ['Service', serviceStrategy],
  ['EndpointSlice', endpointSliceStrategy],
  ['Ingress', countedStrategy],
  ['IngressClass', countedStrategy],
  ['NetworkPolicy', countedStrategy],
  ['FlowSchema', countedStrategy],
  ['PriorityLevelConfiguration', countedStrategy],
  ['CustomResourceDefinition', countedStrategy],
  ['ValidatingAdmissionPolicy', validatingPolicyStrategy],
  ['ValidatingAdmissionPolicyBinding', policyStrategy],
  ['MutatingAdmissionPolicy', policyStrategy],
  ['MutatingAdmissionPolicyBinding', policyStrategy],
  ['ValidatingWebhookConfiguration', webhookStrategy],
  ['MutatingWebhookConfiguration', webhookStrategy],
]);

/** Strategy of a kind. */
export function strategyOf(kind: string): KindStrategy {
  return STRATEGIES.get(kind) ?? plainStrategy;
}
