import { describe, expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { admitWith, podObject } from '../testing.ts';
import { namespaceLifecycle } from './index.ts';

const namespace = (name: string, more: object = {}): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, ...more },
});

describe('NamespaceLifecycle', () => {
  it('lets objects into a live namespace, and cluster-scoped ones anywhere', () => {
    expect(
      admitWith(namespaceLifecycle, { operation: 'CREATE', object: podObject() }, [namespace('default')]).refusal,
    ).toBeNull();
    expect(admitWith(namespaceLifecycle, { operation: 'CREATE', object: namespace('new') }).refusal).toBeNull();
  });

  it('answers 404 when the namespace is missing', () => {
    const { refusal } = admitWith(namespaceLifecycle, { operation: 'CREATE', object: podObject() });
    expect(refusal).toMatchObject({ code: 404, reason: 'NotFound', message: 'namespaces "default" not found' });
  });

  it('answers 403 with its own cause while the namespace goes away', () => {
    const dying = namespace('default', { deletionTimestamp: '2026-01-01T00:00:00Z' });
    const { refusal } = admitWith(namespaceLifecycle, { operation: 'CREATE', object: podObject() }, [dying]);
    expect(refusal?.code).toBe(403);
    expect(refusal?.details?.causes).toEqual([
      { reason: 'NamespaceTerminating', message: 'namespace default is being terminated', field: 'metadata.namespace' },
    ]);
    expect(
      admitWith(namespaceLifecycle, { operation: 'UPDATE', object: podObject(), old: podObject() }, [dying]).refusal,
    ).toBeNull();
    expect(admitWith(namespaceLifecycle, { operation: 'DELETE', old: podObject() }, [dying]).refusal).toBeNull();
  });

  it.each(['default', 'kube-system', 'kube-public'])('keeps %s', (name) => {
    expect(admitWith(namespaceLifecycle, { operation: 'DELETE', old: namespace(name) }).refusal?.message).toBe(
      `namespaces "${name}" is forbidden: this namespace may not be deleted`,
    );
  });
  it('lets others go', () => {
    expect(admitWith(namespaceLifecycle, { operation: 'DELETE', old: namespace('mine') }).refusal).toBeNull();
  });
});
