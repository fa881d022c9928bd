import { describe, expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { createTestCluster } from '../../testing/harness.ts';

function make(kind: string, more: object, apiVersion = 'v1'): AnyObject {
  const namespace = kind === 'RuntimeClass' ? {} : { namespace: 'default' };
  return { apiVersion, kind, metadata: { name: 'x', ...namespace }, ...more };
}

/** What a create answers: the message, or the stored object. */
function create(object: AnyObject): string | AnyObject {
  const answer = createTestCluster().client.create<AnyObject>(object);
  return answer.ok ? answer.value : (answer.error.message ?? '');
}

const secret = (type: string, data: object = {}) => make('Secret', { type, data });
const word = "consist of alphanumeric characters, '-', '_' or '.'";

describe('config maps and secrets', () => {
  it.each<[string, AnyObject, string]>([
    [
      'bad key',
      make('ConfigMap', { data: { '..a': '' } }),
      `ConfigMap "x" is invalid: data[..a]: Invalid value: "..a": must not start with '..'`,
    ],
    [
      'key twice',
      make('ConfigMap', { data: { a: '' }, binaryData: { a: '' } }),
      'ConfigMap "x" is invalid: [data[a]: Invalid value: "a": duplicate of key present in binaryData, binaryData[a]: Invalid value: "a": duplicate of key present in data]',
    ],
    [
      'too big',
      make('ConfigMap', { data: { a: 'x'.repeat(1_048_577) } }),
      'ConfigMap "x" is invalid: : Too long: may not be more than 1048576 bytes',
    ],
    [
      'no base64',
      make('Secret', { data: { a: '?' } }),
      'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0',
    ],
    ['tls', secret('kubernetes.io/tls', { 'tls.crt': '' }), 'Secret "x" is invalid: data[tls.key]: Required value'],
    [
      'basic auth',
      secret('kubernetes.io/basic-auth'),
      'Secret "x" is invalid: [data[username]: Required value, data[password]: Required value]',
    ],
    [
      'ssh',
      secret('kubernetes.io/ssh-auth', { 'ssh-privatekey': '' }),
      'Secret "x" is invalid: data[ssh-privatekey]: Required value',
    ],
    [
      'token',
      secret('kubernetes.io/service-account-token'),
      'Secret "x" is invalid: metadata.annotations[kubernetes.io/service-account.name]: Required value',
    ],
    [
      'docker',
      secret('kubernetes.io/dockerconfigjson', { '.dockerconfigjson': 'eA==' }),
      `Secret "x" is invalid: data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character 'x' looking for beginning of value`,
    ],
    [
      'handler',
      make('RuntimeClass', { handler: 'A' }, 'node.k8s.io/v1'),
      'RuntimeClass.node.k8s.io "x" is invalid: handler: Invalid value: "A": a lowercase RFC 1123 label must consist of',
    ],
  ])('%s', (_, object, message) => expect(create(object)).toContain(message));

  it('plain texts of a secret become data', () => {
    expect(create(make('Secret', { data: { a: 'YQ==', b: 'YQ==' }, stringData: { b: 'ü' } }))).toMatchObject({
      type: 'Opaque',
      data: { a: 'YQ==', b: 'w7w=' },
    });
    expect(create(make('ConfigMap', { data: { 'a b': '' } }))).toContain(word);
  });

  it('immutable ones stay as they are', () => {
    const { client } = createTestCluster();
    expect(client.create(make('Secret', { immutable: true, data: { a: 'YQ==' } })).ok).toBe(true);
    const changed = client.update(make('Secret', { data: { a: 'Yg==' }, type: 'b' }));
    expect(changed.ok ? '' : changed.error.message).toBe(
      'Secret "x" is invalid: [type: Invalid value: "b": field is immutable, immutable: Forbidden: field is immutable when `immutable` is set, data: Forbidden: field is immutable when `immutable` is set]',
    );
    const labelled = client.update(
      make('Secret', { immutable: true, data: { a: 'YQ==' }, metadata: { name: 'x', namespace: 'default', labels: { a: 'b' } } }),
    );
    expect(labelled.ok).toBe(true);
  });

  it('pod templates get defaults and count their changes', () => {
    const { client } = createTestCluster();
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'a', image: 'x' }] } };
    const made = client.create<AnyObject>(make('PodTemplate', { template }));
    expect(made.ok && made.value).toMatchObject({ metadata: { generation: 1 }, template: { spec: { restartPolicy: 'Always' } } });
    const next = { ...template, metadata: { labels: { a: 'c' } } };
    const changed = client.update<AnyObject>(make('PodTemplate', { template: next }));
    expect(changed.ok && changed.value.metadata.generation).toBe(2);
  });
});
