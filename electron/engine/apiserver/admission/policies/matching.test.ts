import { describe, expect, it } from 'vitest';
import type { MatchResources, PolicyRule } from '#shared/kube/kinds.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import type { AdmissionRequest } from '../types.ts';
import { matchesResources, subjectOf } from './matching.ts';
import { configMap, SHOP } from './testing.ts';

const access = { get: (kind: string) => (kind === 'Namespace' ? SHOP : undefined), list: () => [] };
const request = (object: AnyObject, more: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  operation: 'CREATE',
  object,
  old: null,
  user: 'jane',
  dryRun: false,
  warn: () => undefined,
  ...more,
});

function matches(match: MatchResources, asked: AdmissionRequest): boolean {
  const subject = subjectOf(asked);
  return subject !== undefined && matchesResources(match, subject, asked, access);
}

const rule = (more: Partial<PolicyRule>): PolicyRule => ({
  apiGroups: ['*'],
  apiVersions: ['*'],
  operations: ['*'],
  resources: ['*'],
  scope: '*',
  ...more,
});

describe('rules', () => {
  const map = configMap('cm', { metadata: { name: 'cm', namespace: 'shop', labels: { a: 'b' } } });
  it.each([
    [{}, true],
    [{ operations: ['UPDATE'] }, false],
    [{ operations: ['UPDATE', 'CREATE'] }, true],
    [{ apiGroups: ['apps'] }, false],
    [{ apiGroups: [''] }, true],
    [{ apiVersions: ['v1'] }, true],
    [{ apiVersions: ['v2'] }, false],
    [{ resources: ['configmaps'] }, true],
    [{ resources: ['configmaps/*'] }, true],
    [{ resources: ['configmaps/status'] }, false],
    [{ resources: ['*/*'] }, true],
    [{ resources: ['pods'] }, false],
    [{ scope: 'Namespaced' }, true],
    [{ scope: 'Cluster' }, false],
    [{ resourceNames: ['cm'] }, true],
    [{ resourceNames: ['other'] }, false],
  ] as [Partial<PolicyRule>, boolean][])('%j', (more, expected) => {
    expect(matches({ resourceRules: [rule(more)] }, request(map))).toBe(expected);
  });

  it('leave out what is excluded', () => {
    expect(matches({ resourceRules: [rule({})], excludeResourceRules: [rule({ resourceNames: ['cm'] })] }, request(map))).toBe(
      false,
    );
  });

  it('are about the object itself unless they name subresources', () => {
    const status = request(map, { subresource: 'status' });
    expect(matches({ resourceRules: [rule({})] }, status)).toBe(false);
    expect(matches({ resourceRules: [rule({ resources: ['*/status'] })] }, status)).toBe(true);
  });

  it('are about every version of a resource unless they are exact', () => {
    const event = { ...configMap('e'), apiVersion: 'v1', kind: 'Event' } as AnyObject;
    const inGroup = { resourceRules: [rule({ apiGroups: ['events.k8s.io'], resources: ['events'] })] };
    expect(matches({ ...inGroup, matchPolicy: 'Equivalent' }, request(event))).toBe(true);
    expect(matches({ ...inGroup, matchPolicy: 'Exact' }, request(event))).toBe(false);
  });
});

describe('selectors', () => {
  const labelled = configMap('cm', { metadata: { name: 'cm', namespace: 'shop', labels: { check: 'yes' } } });
  it.each([
    [{ namespaceSelector: { matchLabels: { env: 'prod' } } }, true],
    [{ namespaceSelector: { matchLabels: { env: 'test' } } }, false],
    [{ objectSelector: { matchLabels: { check: 'yes' } } }, true],
    [{ objectSelector: { matchLabels: { check: 'no' } } }, false],
  ])('%j', (match, expected) => {
    expect(matches(match as MatchResources, request(labelled))).toBe(expected);
  });

  it('a namespace is in itself with its new labels; other cluster-wide objects meet every namespace selector', () => {
    const match = { namespaceSelector: { matchLabels: { env: 'test' } } } as MatchResources;
    const namespace = { ...SHOP, metadata: { name: 'new', labels: { env: 'test' } } };
    expect(matches(match, request(namespace))).toBe(true);
    expect(matches(match, request(SHOP))).toBe(false);
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } } as AnyObject;
    expect(matches(match, request(node))).toBe(true);
  });

  it('either version of an object may meet its selector', () => {
    const match = { objectSelector: { matchLabels: { check: 'yes' } } } as MatchResources;
    expect(matches(match, request(configMap('cm'), { operation: 'UPDATE', old: labelled }))).toBe(true);
  });
});
