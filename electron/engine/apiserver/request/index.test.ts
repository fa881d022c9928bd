import { describe, expect, it } from 'vitest';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import { deployment, node, pod } from '../../testing/builders.ts';
import { createTestCluster } from '../../testing/harness.ts';
import { type HttpRequest, type HttpResponse, handleRequest } from './index.ts';

function setUp() {
  const cluster = createTestCluster();
  const send = (method: string, path: string, body?: unknown, more: Partial<HttpRequest> = {}): HttpResponse =>
    handleRequest(cluster.core.server, {
      method,
      path,
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
      user: 'kubernetes-admin',
      ...more,
    });
  return { cluster, send };
}

const PODS = '/api/v1/namespaces/default/pods';
const said = (answer: HttpResponse): string => `${answer.code} ${(answer.body as Status).message}`;

describe('routing', () => {
  it.each<[string, string, number, string]>([
    ['GET', '/nope', 404, '404 page not found\n'],
    ['GET', '/apis/nope.example.com/v1/foos', 404, '404 page not found\n'],
    ['GET', '/api/v2', 404, 'the server could not find the requested resource'],
    ['GET', '/api/v1/nope', 404, 'the server could not find the requested resource'],
    ['GET', '/apis/apps/v9/deployments', 404, 'the server could not find the requested resource'],
    ['GET', `${PODS}/a/nope`, 404, 'the server could not find the requested resource'],
    ['PUT', PODS, 405, 'the server does not allow this method on the requested resource'],
    ['POST', '/api/v1/pods', 405, 'the server does not allow this method on the requested resource'],
    ['GET', `${PODS}/a`, 404, 'pods "a" not found'],
    ['GET', `${PODS}/a/log`, 501, 'pods/log is not simulated'],
    ['GET', '/api/v1/namespaces/default/status', 200, ''],
  ])('%s %s', (method, path, code, words) => {
    const answer = setUp().send(method, path);
    expect(answer.code).toBe(code);
    if (code >= 300) expect(typeof answer.body === 'string' ? answer.body : (answer.body as Status).message).toBe(words);
  });
});

describe('bodies', () => {
  it.each<[string, string, string]>([
    [
      'no JSON',
      'hello',
      "must be of type Pod): couldn't get version/kind; json parse error: invalid character 'h' looking for beginning of value (68656c6c6f)",
    ],
    ['half', '{"a": tru', '({"a": tru)'],
    ['a list', '[]', 'json: cannot unmarshal array into Go value'],
    [
      'another kind',
      '{"kind":"Service"}',
      'Service in version "v1" cannot be handled as a Pod: converting (v1.Service) to (core.Pod): unknown conversion',
    ],
    [
      'unknown version',
      '{"apiVersion":"v7"}',
      'Pod in version "v7" cannot be handled as a Pod: no kind "Pod" is registered for version "v7" in scheme "pkg/api/legacyscheme/scheme.go:30"',
    ],
    [
      'other namespace',
      '{"metadata":{"namespace":"b"}}',
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
  ])('%s', (_, body, words) => expect(said(setUp().send('POST', PODS, body))).toContain(words));

  it('unknown and duplicate fields are told in the order of the text', () => {
    const { send } = setUp();
    const body = '{"metadata":{"name":"a","nme":1},"spec":{"containers":[{"name":"c","image":"x","image":"y"}],"foo":1}}';
    const strict = send('POST', PODS, body, { query: { fieldValidation: 'Strict' } });
    expect(said(strict)).toBe(
      '400 Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "metadata.nme", duplicate field "spec.containers[0].image", unknown field "spec.foo"',
    );
    const warned = send('POST', PODS, body, { query: { dryRun: 'All' } });
    expect([warned.code, warned.warnings]).toEqual([
      201,
      ['unknown field "metadata.nme"', 'duplicate field "spec.containers[0].image"', 'unknown field "spec.foo"'],
    ]);
    expect((warned.body as AnyObject).spec).toMatchObject({ containers: [{ image: 'y' }] });
    expect(send('POST', PODS, body, { query: { dryRun: 'All', fieldValidation: 'Ignore' } }).warnings).toEqual([]);
    expect(send('GET', `${PODS}/a`).code).toBe(404);
  });

  it.each<[string, number, string]>([
    [
      'fieldValidation',
      422,
      'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "x": supported values: "", "Ignore", "Strict", "Warn"',
    ],
    ['dryRun', 422, 'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["x"]: supported values: "All"'],
  ])('option %s', (option, code, words) => {
    const answer = setUp().send('POST', PODS, pod('a'), { query: { [option]: 'x' } });
    expect(said(answer)).toBe(`${code} ${words}`);
  });

  it('reads YAML with the meanings of its old version', () => {
    const { send } = setUp();
    const text = 'metadata: {name: a, labels: {on: "x"}}\nspec: {containers: [{name: c, image: x}]}\n';
    const made = send('POST', PODS, text, { contentType: 'application/yaml' });
    expect([made.code, (made.body as AnyObject).metadata.labels]).toEqual([201, { true: 'x' }]);
    expect(said(send('POST', PODS, 'x', { contentType: 'text/html' }))).toContain(
      '415 the body of the request was in an unknown format',
    );
  });

  it('names of the path and the body must agree', () => {
    const { cluster, send } = setUp();
    cluster.create(pod('a'));
    expect(said(send('PUT', `${PODS}/a`, pod('b')))).toBe(
      '400 the name of the object (b) does not match the name on the URL (a)',
    );
    expect(said(send('PUT', `${PODS}/a`, {}))).toBe(
      '400 the name of the object (a based on URL) was undeterminable: name must be provided',
    );
  });
});

describe('patches', () => {
  const json = { contentType: 'application/json-patch+json' };
  const merge = { contentType: 'application/merge-patch+json' };

  it('of the three kinds', () => {
    const { cluster, send } = setUp();
    cluster.create(pod('a', { labels: { x: '1' } }));
    const ops = [
      { op: 'test', path: '/metadata/labels/x', value: '1' },
      { op: 'add', path: '/metadata/labels/a~1b', value: '2' },
    ];
    expect((send('PATCH', `${PODS}/a`, ops, json).body as AnyObject).metadata.labels).toEqual({ x: '1', 'a/b': '2' });
    expect(send('PATCH', `${PODS}/a`, { metadata: { labels: { x: null } } }, merge).code).toBe(200);
    expect(cluster.get('Pod', 'default', 'a').metadata.labels).toEqual({ 'a/b': '2' });
  });

  it.each<[string, string, unknown, string]>([
    [
      'json-patch+json',
      'that does not apply',
      [{ op: 'remove', path: '/metadata/labels/z' }],
      '422 the server rejected our request due to an error in our request',
    ],
    ['json-patch+json', 'that is none', {}, '400 json: cannot unmarshal object into Go value of type jsonpatch.Patch'],
    ['merge-patch+json', 'cut short', '{"a":', '400 error decoding patch: unexpected end of JSON input'],
    [
      'merge-patch+json',
      'of the name',
      { metadata: { name: 'b' } },
      '400 the name of the object (b) does not match the name on the URL (a)',
    ],
    [
      'strategic-merge-patch+json',
      'of a wrong type',
      { spec: { containers: { name: 'a' } } },
      '422  "" is invalid: patch: Invalid value: "map[spec:map[containers:map[name:a]]]": cannot restore slice from map',
    ],
    ['json', 'of no kind', {}, '415 415: Unsupported Media Type'],
    [
      'apply-patch+yaml',
      'of a server-side apply',
      {},
      '422 PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ],
  ])('%s %s', (type, _, body, words) => {
    const { cluster, send } = setUp();
    cluster.create(pod('a', { labels: { x: '1' } }));
    expect(said(send('PATCH', `${PODS}/a`, body, { contentType: `application/${type}` }))).toBe(words);
  });
});

describe('lists and deletions', () => {
  it('selects by labels and fields', () => {
    const { cluster, send } = setUp();
    cluster.create(node('n'), pod('a', { labels: { x: '1' } }), pod('b', { nodeName: 'n' }));
    const names = (query: Record<string, string>): string[] =>
      (send('GET', '/api/v1/pods', undefined, { query }).body as { items: AnyObject[] }).items.map(
        ({ metadata }) => metadata.name,
      );
    expect(names({})).toEqual(['a', 'b']);
    expect(names({ labelSelector: 'x=1' })).toEqual(['a']);
    expect(names({ fieldSelector: 'spec.nodeName=n,status.phase!=Failed' })).toEqual(['b']);
    const bad = (query: Record<string, string>, path = PODS): string => said(send('GET', path, undefined, { query }));
    expect(bad({ fieldSelector: 'spec.foo=bar' })).toBe('400 field label not supported: spec.foo');
    expect(bad({ fieldSelector: 'toString=bar' })).toBe('400 field label not supported: toString');
    expect(bad({ fieldSelector: 'a=b' }, '/apis/apps/v1/deployments')).toBe(
      '400 "a" is not a known field selector: only "metadata.name", "metadata.namespace"',
    );
    expect(bad({ fieldSelector: 'x' })).toBe("400 invalid selector: 'x'; can't understand 'x'");
  });

  it('answers a Status or the object that stays', () => {
    const { cluster, send } = setUp();
    cluster.create(deployment('d', { replicas: 0 }), pod('a', { finalizers: ['x.io/y'] }));
    const gone = send('DELETE', '/apis/apps/v1/namespaces/default/deployments/d');
    expect(gone.body).toMatchObject({ status: 'Success', details: { name: 'd', group: 'apps', kind: 'deployments' } });
    expect(send('DELETE', `${PODS}/a`).body).toMatchObject({ kind: 'Pod' });
    const options = { propagationPolicy: 'No' };
    expect(said(send('DELETE', `${PODS}/a`, options))).toBe(
      '422 DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "No": supported values: "Foreground", "Background", "Orphan", "nil"',
    );
  });
});

describe('subresources', () => {
  it('scales, binds and evicts', () => {
    const { cluster, send } = setUp();
    cluster.create(deployment('d', { replicas: 1 }), node('n'), pod('a'));
    const scale = '/apis/apps/v1/namespaces/default/deployments/d/scale';
    const seen = send('GET', scale).body as AnyObject;
    expect(send('PUT', scale, { ...seen, spec: { replicas: 3 } }).body).toMatchObject({ spec: { replicas: 3 } });
    const binding = { metadata: { name: 'a' }, target: { kind: 'Node', name: 'n' } };
    expect(said(send('POST', `${PODS}/a/binding`, { ...binding, target: { kind: 'Pod' } }))).toBe(
      '500 [target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>", target.name: Required value]',
    );
    expect(send('POST', `${PODS}/a/binding`, binding).code).toBe(201);
    expect(cluster.get('Pod', 'default', 'a').spec.nodeName).toBe('n');
    expect(said(send('POST', `${PODS}/a/eviction`, { metadata: { name: 'b' } }))).toBe(
      '400 name in URL does not match name in Eviction object',
    );
    expect(send('POST', `${PODS}/a/eviction`, { metadata: { name: 'a' } }).code).toBe(201);
  });
});
