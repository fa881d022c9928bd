import { deepEqual } from '#shared/core/json.ts';
import type { KindStrategy } from './strategy.ts';

/** Webhook configurations have no spec: what they count is their list. Models validatingwebhookconfiguration strategy. */
export const webhookStrategy: KindStrategy = { generation: (next, old) => !deepEqual(next.webhooks ?? [], old.webhooks ?? []) };
