import { type KubeObject, refOf, type Secret } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';
import { ROOT_CA } from '../common/rootCa.ts';

const NAME = 'tokens-controller';
const TYPE = 'kubernetes.io/service-account-token';
const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const ACCOUNT_UID = 'kubernetes.io/service-account.uid';

/**
 * Fills the token secrets that people make for service accounts, and removes those whose account is missing or gone. The token's text is a
 * placeholder: nothing here could check a signature. Models pkg/controller/serviceaccount TokensController.
 */
export function createTokensController(ctx: ComponentContext): Component {
  const client = ctx.client(NAME);
  const secrets = ctx.informer('Secret');
  const accounts = ctx.informer('ServiceAccount');

  const sync = (secret: Secret): boolean => {
    const { namespace = '', annotations = {} } = secret.metadata;
    const name = annotations[ACCOUNT_NAME];
    if (secret.type !== TYPE || !name) return true;
    const account = accounts.lister.get(namespace, name);
    const uid = annotations[ACCOUNT_UID];
    if (account === undefined || (uid !== undefined && uid !== account.metadata.uid)) {
      const gone = client.delete(refOf(secret));
      return gone.ok || gone.error.reason === 'NotFound';
    }
    const data = secret.data ?? {};
    const filled = { 'ca.crt': data['ca.crt'] ?? ROOT_CA.base64, namespace: data.namespace ?? base64(namespace) };
    const token = data.token ?? base64(`token:${namespace}:${name}:${secret.metadata.uid ?? ''}`);
    if (uid !== undefined && data['ca.crt'] !== undefined && data.namespace !== undefined && data.token !== undefined) {
      return true;
    }
    const metadata = { ...secret.metadata, annotations: { ...annotations, [ACCOUNT_UID]: account.metadata.uid ?? '' } };
    const written = client.update({ ...secret, metadata, data: { ...data, ...filled, token } });
    return written.ok || written.error.reason === 'NotFound';
  };

  const queue = controllerQueue(ctx, NAME, (key) => {
    const [namespace = '', name = ''] = key.split('/');
    const secret = secrets.lister.get(namespace, name);
    if (secret === undefined || sync(secret)) retries.forget(key);
    else retries.failed(key);
  });
  const retries = retrying(queue);
  const enqueue = ({ metadata }: KubeObject) => queue.add(`${metadata.namespace}/${metadata.name}`);
  const enqueueOf = (account: KubeObject) => {
    for (const secret of secrets.lister.list(account.metadata.namespace ?? '')) {
      if (secret.metadata.annotations?.[ACCOUNT_NAME] === account.metadata.name) enqueue(secret);
    }
  };
  return lifecycle(NAME, queue, () => [
    secrets.subscribe({ onAdd: enqueue, onUpdate: (_before, after) => enqueue(after) }, { replay: true }),
    accounts.subscribe({ onDelete: enqueueOf }),
  ]);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 of ASCII text. */
function base64(text: string): string {
  let out = '';
  for (let at = 0; at < text.length; at += 3) {
    const bytes = [0, 1, 2].map((offset) => text.charCodeAt(at + offset) || 0);
    const bits = ((bytes[0] ?? 0) << 16) | ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0);
    const digits = [18, 12, 6, 0].map((shift) => ALPHABET[(bits >> shift) & 63] ?? '');
    const left = text.length - at;
    out += left >= 3 ? digits.join('') : left === 2 ? `${digits.slice(0, 3).join('')}=` : `${digits.slice(0, 2).join('')}==`;
  }
  return out;
}
