import { describe, expect, it } from 'vitest';
import type { AnyObject, LimitRange, ResourceQuota, Service } from '#shared/kube/types.ts';
import { pod } from '../../testing/frames.ts';
import { limitRows, quotaRows } from './limits.ts';
import { endpointRows, portTexts, selectedPods } from './network.ts';
import { base64Size, matchView, ruleText, secretText } from './policies.ts';

const quota = (hard: object, used?: object): ResourceQuota =>
  ({
    kind: 'ResourceQuota',
    metadata: { name: 'q' },
    spec: { hard },
    status: used ? { hard, used } : {},
  }) as unknown as ResourceQuota;

describe('quota', () => {
  it('tells how much of each limit is used, in any notation', () => {
    const rows = quotaRows(quota({ pods: '4', 'requests.memory': '2Gi' }, { pods: '1', 'requests.memory': '512Mi' }));
    expect(rows).toEqual([
      { resource: 'pods', used: '1', hard: '4', share: 0.25 },
      { resource: 'requests.memory', used: '512Mi', hard: '2Gi', share: 0.25 },
    ]);
  });
  it('counts nothing before its controller has', () => {
    expect(quotaRows(quota({ pods: '4' }))).toEqual([{ resource: 'pods', used: null, hard: '4', share: null }]);
  });
  it('is full at nought as soon as anything is there', () => {
    expect(quotaRows(quota({ pods: '0' }, { pods: '0' }))[0]?.share).toBeNull();
    expect(quotaRows(quota({ pods: '0' }, { pods: '2' }))[0]?.share).toBe(1);
  });
});

describe('limits', () => {
  it('are one row for each resource of each type', () => {
    const range = {
      spec: {
        limits: [
          { type: 'Container', max: { cpu: '2' }, default: { memory: '1Gi', cpu: '1' } },
          { type: 'Pod', maxLimitRequestRatio: { cpu: '4' } },
        ],
      },
    } as unknown as LimitRange;
    expect(limitRows(range).map((row) => [row.type, row.resource, row.max, row.defaultLimit, row.ratio])).toEqual([
      ['Container', 'cpu', '2', '1', null],
      ['Container', 'memory', null, '1Gi', null],
      ['Pod', 'cpu', null, null, '4'],
    ]);
  });
});

describe('service', () => {
  const service = (spec: object): Service =>
    ({ kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec }) as unknown as Service;
  const slice = (name: string, of: string, endpoints: object[]): AnyObject =>
    ({
      kind: 'EndpointSlice',
      metadata: { name, namespace: 'default', labels: { 'kubernetes.io/service-name': of } },
      endpoints,
    }) as unknown as AnyObject;
  it('has the endpoints of its own slices, ready ones first', () => {
    const rows = endpointRows(service({}), [
      slice('a', 'web', [
        { addresses: ['10.0.0.2'], conditions: { ready: false }, targetRef: { kind: 'Pod', namespace: 'default', name: 'b' } },
        { addresses: ['10.0.0.3'], conditions: { ready: true, terminating: true } },
        { addresses: ['10.0.0.1'], conditions: {}, nodeName: 'n' },
      ]),
      slice('b', 'other', [{ addresses: ['10.0.0.9'] }]),
    ]);
    expect(rows.map((row) => [row.name, row.state, row.target])).toEqual([
      ['10.0.0.1', 'ready', null],
      ['b', 'notReady', 'Pod/default/b'],
      ['10.0.0.3', 'terminating', null],
    ]);
  });
  it('means the pods that have all its labels', () => {
    const pods = [
      pod('a', { meta: { labels: { app: 'web', tier: 'x' } } }),
      pod('b', { meta: { labels: { app: 'other' } } }),
      pod('c', { meta: { namespace: 'elsewhere', labels: { app: 'web' } } }),
    ];
    expect(selectedPods(service({ selector: { app: 'web' } }), pods).map((one) => one.metadata.name)).toEqual(['a']);
    expect(selectedPods(service({}), pods)).toEqual([]);
  });
  it('writes its ports', () => {
    const ports = [
      { name: 'http', port: 80, targetPort: 8080 },
      { port: 53, targetPort: 53, protocol: 'UDP', nodePort: 30053 },
    ];
    expect(portTexts(service({ ports }))).toEqual(['http 80 → 8080/TCP', '53/UDP, :30053']);
  });
});

describe('policies', () => {
  it('write a rule in one line', () => {
    const rows: [Parameters<typeof ruleText>[0], string][] = [
      [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }, 'CREATE · pods (v1)'],
      [
        {
          apiGroups: ['apps'],
          apiVersions: ['v1'],
          operations: ['CREATE', 'UPDATE'],
          resources: ['deployments', 'deployments/scale'],
        },
        'CREATE, UPDATE · deployments, deployments/scale (apps/v1)',
      ],
      [
        { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'], scope: 'Namespaced' },
        '* · * (*/*) · Namespaced',
      ],
    ];
    for (const [rule, text] of rows) expect(ruleText(rule)).toBe(text);
  });
  it('an empty selector means all', () => {
    expect(matchView({ namespaceSelector: {}, objectSelector: { matchLabels: { a: 'b' } } })).toMatchObject({
      namespaces: null,
      objects: 'a=b',
    });
    expect(matchView(undefined).rules).toEqual([]);
  });
  it('a secret is read as text where it is text', () => {
    expect(secretText('czNjcmV0')).toBe('s3cret');
    expect(secretText('7ZWc6riA')).toBe('한글');
    expect(secretText('/w==')).toBeUndefined();
    expect(base64Size('czNjcmV0')).toBe(6);
    expect(base64Size('/w==')).toBe(1);
  });
});
