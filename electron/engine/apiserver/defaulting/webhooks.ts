import type { MutatingWebhookConfiguration, ValidatingWebhookConfiguration, Webhook } from '#shared/kube/kinds.ts';
import { defaultRule } from './policies.ts';

const TIMEOUT_SECONDS = 10;
const HTTPS_PORT = 443;

function defaultWebhook(hook: Webhook): Webhook {
  const service = hook.clientConfig?.service;
  return {
    ...hook,
    ...(service === undefined
      ? {}
      : { clientConfig: { ...hook.clientConfig, service: { ...service, port: service.port ?? HTTPS_PORT } } }),
    ...(hook.rules ? { rules: hook.rules.map(defaultRule) } : {}),
    failurePolicy: hook.failurePolicy ?? 'Fail',
    matchPolicy: hook.matchPolicy ?? 'Equivalent',
    namespaceSelector: hook.namespaceSelector ?? {},
    objectSelector: hook.objectSelector ?? {},
    timeoutSeconds: hook.timeoutSeconds ?? TIMEOUT_SECONDS,
  };
}

/** Webhooks that only refuse. Models SetDefaults_ValidatingWebhook. */
export function defaultValidatingWebhooks(configuration: ValidatingWebhookConfiguration): ValidatingWebhookConfiguration {
  return configuration.webhooks ? { ...configuration, webhooks: configuration.webhooks.map(defaultWebhook) } : configuration;
}

/** Webhooks that change: not asked again unless they say so. Models SetDefaults_MutatingWebhook. */
export function defaultMutatingWebhooks(configuration: MutatingWebhookConfiguration): MutatingWebhookConfiguration {
  if (!configuration.webhooks) return configuration;
  const webhooks = configuration.webhooks.map((hook) => ({
    ...defaultWebhook(hook),
    reinvocationPolicy: hook.reinvocationPolicy ?? 'Never',
  }));
  return { ...configuration, webhooks };
}
