import { describe, expect, it } from 'vitest';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import { configMap, SHOP, webhookObject } from '../policies/testing.ts';
import { admitWith } from '../testing.ts';
import { mutatingWebhookPlugin, validatingWebhookPlugin } from './index.ts';

const NAME = 'w.example.com';
const RULES = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }];
const SERVICE = { namespace: 'shop', name: 'hook' };
const hook = (more: object = {}): object => ({
  name: NAME,
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  timeoutSeconds: 2,
  clientConfig: { url: 'https://hook.example.com/check' },
  rules: RULES,
  ...more,
});
const told = (behaviour: object): Record<string, string> => ({ [`stowage.dev/webhook-${NAME}`]: JSON.stringify(behaviour) });
const service = (spec: object): AnyObject =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'hook', namespace: 'shop' },
    spec: { clusterIP: '10.96.0.9', ports: [{ port: 443 }], ...spec },
  }) as AnyObject;
const readyPod = {
  ...configMap('p', { metadata: { name: 'p', namespace: 'shop', labels: { app: 'hook' } } }),
  kind: 'Pod',
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
} as unknown as AnyObject;

interface Answer {
  refusal: Status | null;
  warnings: string[];
  data: unknown;
}

function ask(mutating: boolean, webhook: object, behaviour?: object, more: readonly AnyObject[] = []): Answer {
  const kind = mutating ? 'MutatingWebhookConfiguration' : 'ValidatingWebhookConfiguration';
  const configuration = webhookObject(kind, 'c', [webhook], behaviour === undefined ? {} : told(behaviour));
  const warnings: string[] = [];
  const { refusal, object } = admitWith(
    mutating ? mutatingWebhookPlugin : validatingWebhookPlugin,
    { operation: 'CREATE', object: configMap('cm', { data: { a: '1' } }), dryRun: true, warn: (text) => warnings.push(text) },
    [SHOP, configuration, ...more],
  );
  return { refusal, warnings, data: (object as { data?: unknown } | null)?.data };
}

const failed = (why: string, url = 'https://hook.shop.svc:443/?timeout=2s'): string =>
  `Internal error occurred: failed calling webhook "${NAME}": failed to call webhook: Post "${url}": ${why}`;

describe('where nothing answers', () => {
  it.each([
    [{}, [], 'dial tcp: lookup hook.example.com: no such host', 'https://hook.example.com/check?timeout=2s'],
    [
      { clientConfig: { url: 'https://10.1.2.3/x' } },
      [],
      'dial tcp 10.1.2.3:443: connect: connection refused',
      'https://10.1.2.3/x?timeout=2s',
    ],
    [{ clientConfig: { service: SERVICE } }, [], 'service "hook" not found', undefined],
    [
      { clientConfig: { service: { ...SERVICE, port: 8443, path: '/v' } } },
      [service({})],
      'no service port 8443 found for service "hook"',
      'https://hook.shop.svc:8443/v?timeout=2s',
    ],
    [
      { clientConfig: { service: SERVICE } },
      [service({ selector: { app: 'hook' } })],
      'dial tcp 10.96.0.9:443: connect: connection refused',
      undefined,
    ],
    [
      { clientConfig: { service: SERVICE } },
      [service({ type: 'ExternalName', externalName: 'out.example.com' })],
      'dial tcp: lookup out.example.com: no such host',
      undefined,
    ],
  ])('%j', (more, objects, why, url) => {
    for (const mutating of [false, true]) {
      const { refusal } = ask(mutating, hook(more), undefined, objects);
      expect(refusal?.message).toBe(failed(why, url));
      expect([refusal?.code, refusal?.reason]).toEqual([500, 'InternalError']);
      expect(ask(mutating, hook({ ...more, failurePolicy: 'Ignore' }), undefined, objects).refusal).toBeNull();
    }
  });

  it('a service answers with yes as soon as a pod behind it is ready', () => {
    const objects = [service({ selector: { app: 'hook' } }), readyPod];
    expect(ask(false, hook({ clientConfig: { service: SERVICE } }), undefined, objects).refusal).toBeNull();
  });
});

describe('what a webhook is told to answer', () => {
  it.each([
    [{ allow: false, message: 'not today' }, `admission webhook "${NAME}" denied the request: not today`, 403, 'Forbidden'],
    [{ allow: false }, `admission webhook "${NAME}" denied the request without explanation`, 403, 'Forbidden'],
    [{ allow: false, code: 422, message: 'bad' }, `admission webhook "${NAME}" denied the request: bad`, 422, 'Invalid'],
    [{ allow: false, code: 200, reason: 'Odd' }, `admission webhook "${NAME}" denied the request: Odd`, 400, 'Odd'],
    [{ delaySeconds: 3 }, failed('context deadline exceeded', 'https://hook.example.com/check?timeout=2s'), 500, 'InternalError'],
    [
      { allowed: true },
      failed('the simulated webhook failed: the behaviour has no field "allowed"', 'https://hook.example.com/check?timeout=2s'),
      500,
      'InternalError',
    ],
  ])('%j', (behaviour, message, code, reason) => {
    const { refusal } = ask(false, hook(), behaviour);
    expect([refusal?.message, refusal?.code, refusal?.reason]).toEqual([message, code, reason]);
  });

  it('warns, changes, and only when its expression says so', () => {
    const behaviour = { warnings: ['look out'], patch: [{ op: 'add', path: '/data/b', value: '2' }] };
    expect(ask(true, hook(), behaviour)).toEqual({ refusal: null, warnings: ['look out'], data: { a: '1', b: '2' } });
    const never = { ...behaviour, when: "object.metadata.name == 'other'" };
    expect(ask(true, hook(), never)).toEqual({ refusal: null, warnings: [], data: { a: '1' } });
    expect(ask(false, hook(), { allow: false, when: "request.operation == 'UPDATE'" }).refusal).toBeNull();
  });

  it('one annotation may hold all behaviours', () => {
    const all = { 'stowage.dev/webhooks': JSON.stringify({ [NAME]: { allow: false, message: 'no' } }) };
    const configuration = webhookObject('ValidatingWebhookConfiguration', 'c', [hook()], all);
    const { refusal } = admitWith(validatingWebhookPlugin, { operation: 'CREATE', object: configMap('cm') }, [
      SHOP,
      configuration,
    ]);
    expect(refusal?.message).toContain('denied the request: no');
  });

  it('a patch that does not apply is an internal error', () => {
    const { refusal } = ask(true, hook(), { patch: [{ op: 'remove', path: '/data/q' }] });
    expect(refusal?.message).toBe('Internal error occurred: Unable to remove nonexistent key: q: missing value');
  });
});

describe('who is asked', () => {
  it('conditions come first; one that fails closes the way', () => {
    const deny = { allow: false };
    const conditions = (expression: string): object => hook({ matchConditions: [{ name: 'c', expression }] });
    expect(ask(false, conditions('false'), deny).refusal).toBeNull();
    expect(ask(false, conditions('object.nope'), deny).refusal?.message).toBe(
      'configmaps "cm" is forbidden: expression \'object.nope\' resulted in error: no such key: nope',
    );
  });

  it('nobody about webhook configurations, and a webhook with side effects not on dry runs', () => {
    const rules = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }];
    const own = webhookObject('ValidatingWebhookConfiguration', 'c', [hook({ rules })], told({ allow: false }));
    expect(admitWith(validatingWebhookPlugin, { operation: 'UPDATE', object: own, old: own }, [own]).refusal).toBeNull();
    expect(ask(false, hook({ sideEffects: 'Some' }), { allow: true }).refusal).toMatchObject({
      code: 400,
      message: `admission webhook "${NAME}" does not support dry run`,
    });
  });
});
