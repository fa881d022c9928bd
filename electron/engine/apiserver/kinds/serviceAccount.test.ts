import { describe, expect, it } from 'vitest';
import type { AnyObject, ServiceAccount } from '#shared/kube/types.ts';
import { accountWarnings, withPlainSecrets } from './serviceAccount.ts';

const account = (annotations: Record<string, string>): AnyObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'a', namespace: 'default', annotations },
});
const limiting = account({ 'kubernetes.io/enforce-mountable-secrets': 'true' });

describe('service accounts', () => {
  it('are warned about when they begin to limit secrets', () => {
    expect(accountWarnings(limiting)).toEqual([
      'metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets',
    ]);
    expect([accountWarnings(limiting, limiting), accountWarnings(account({}))]).toEqual([[], []]);
    expect(accountWarnings(limiting, account({}))).toHaveLength(1);
  });

  it('keep the names of their secrets alone', () => {
    const given = { ...account({}), secrets: [{ name: 's', namespace: 'x', uid: 'u' }] } as unknown as ServiceAccount;
    expect(withPlainSecrets(given).secrets).toEqual([{ name: 's' }]);
  });
});
