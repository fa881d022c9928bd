import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { ObjectStore } from './store.ts';

interface Write {
  kind: string;
  namespace: string;
  name: string;
  node: string;
  owner: string;
  label: string;
  remove: boolean;
}

const writeArbitrary: fc.Arbitrary<Write> = fc.record({
  kind: fc.constantFrom('Pod', 'ReplicaSet'),
  namespace: fc.constantFrom('a', 'a-b', 'b'),
  name: fc.constantFrom('x', 'x-1', 'y', 'z', 'zz', 'q', 'r', 's'),
  node: fc.constantFrom('', 'n1', 'n2'),
  owner: fc.constantFrom('', 'u1', 'u2'),
  label: fc.constantFrom('red', 'blue'),
  remove: fc.boolean(),
});

function objectOf(write: Write): AnyObject {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'o', uid: write.owner };
  return {
    apiVersion: 'v1',
    kind: write.kind,
    metadata: {
      namespace: write.namespace,
      name: write.name,
      labels: { color: write.label },
      ...(write.owner === '' ? {} : { ownerReferences: [owner] }),
    },
    spec: { nodeName: write.node },
  };
}

function order(objects: Iterable<AnyObject>): AnyObject[] {
  const key = (object: AnyObject): string => `${object.metadata.namespace}\u0000${object.metadata.name}`;
  return [...objects].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The same, done the plain way. */
class Model {
  readonly state = new Map<string, AnyObject>();
  apply(store: ObjectStore, write: Write): void {
    const key = `${write.kind}/${write.namespace}/${write.name}`;
    if (write.remove) {
      store.remove(write.kind, write.namespace, write.name);
      this.state.delete(key);
    } else this.state.set(key, store.put(objectOf(write)));
  }
  of(kind: string): AnyObject[] {
    return order([...this.state.values()].filter((object) => object.kind === kind));
  }
}

function compare(store: ObjectStore, model: Model): void {
  for (const kind of ['Pod', 'ReplicaSet']) {
    const table = store.table(kind);
    const all = model.of(kind);
    expect(table.list()).toEqual(all);
    expect(table.size).toBe(all.length);
    for (const namespace of ['a', 'a-b', 'b', 'none']) {
      const inside = all.filter((object) => object.metadata.namespace === namespace);
      expect(table.list(namespace)).toEqual(inside);
      const red = inside.filter((object) => object.metadata.labels?.color === 'red');
      expect(table.select(namespace, { matchLabels: { color: 'red' } })).toEqual(red);
      expect(table.select(namespace, {})).toEqual(inside);
      expect(table.select(namespace, undefined)).toEqual([]);
    }
    for (const uid of ['u1', 'u2']) {
      const owned = all.filter((object) => object.metadata.ownerReferences?.[0]?.uid === uid);
      expect(table.byIndex('ownerUid', uid)).toEqual(owned);
    }
    for (const node of ['n1', 'n2', '']) {
      const bound = kind === 'Pod' ? all.filter((object) => (object.spec as { nodeName: string }).nodeName === node) : [];
      expect(table.byIndex('nodeName', node)).toEqual(bound);
    }
  }
}

describe('object store', () => {
  it('answers like a plain map after any writes, whenever it is asked', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(writeArbitrary, fc.boolean()), { maxLength: 60 }), (steps) => {
        const store = new ObjectStore(() => 0);
        const model = new Model();
        for (const [write, look] of steps) {
          model.apply(store, write);
          if (look) compare(store, model);
        }
        compare(store, model);
      }),
    );
  });

  it('rebuilds every past state and forgets the oldest first', () => {
    fc.assert(
      fc.property(
        fc.array(writeArbitrary, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 200, max: 20_000 }),
        (writes, bytes) => {
          const store = new ObjectStore(() => 0, bytes);
          const model = new Model();
          const states: AnyObject[][] = [[]];
          for (const write of writes) {
            model.apply(store, write);
            states[store.revision] = [...model.of('Pod'), ...model.of('ReplicaSet')];
          }
          for (let revision = 0; revision <= store.revision; revision++) {
            const known = revision >= store.oldestRevision;
            expect(store.stateAt(revision)).toEqual(known ? states[revision] : undefined);
            const changes = store.changesSince(revision);
            expect(changes === undefined).toBe(!known);
            if (changes !== undefined)
              expect(changes.map((change) => change.revision)).toEqual(range(revision + 1, store.revision));
          }
          expect(store.stateAt(store.revision + 1)).toBeUndefined();
        },
      ),
    );
  });

  it('freezes what it stores, to the bottom', () => {
    const store = new ObjectStore(() => 0);
    const stored = store.put(
      objectOf({ kind: 'Pod', namespace: 'a', name: 'x', node: 'n', owner: 'u', label: 'red', remove: false }),
    );
    expect(Object.isFrozen(stored.spec)).toBe(true);
    expect(Object.isFrozen(stored.metadata.ownerReferences?.[0])).toBe(true);
    expect(stored.metadata.resourceVersion).toBe('1');
  });

  it('tells watchers at the commit, in order, until they leave', () => {
    const store = new ObjectStore(() => 0);
    const seen: string[] = [];
    const name = (object: AnyObject | null): string => (object === null ? '-' : (object.metadata.resourceVersion ?? '?'));
    const leave = store.table('Pod').listen((before, after) => seen.push(`${name(before)}>${name(after)}`));
    const write: Write = { kind: 'Pod', namespace: 'a', name: 'x', node: '', owner: '', label: 'red', remove: false };
    store.put(objectOf(write));
    store.put(objectOf({ ...write, label: 'blue' }));
    expect(store.remove('Pod', 'a', 'x')).toBe(true);
    expect(store.remove('Pod', 'a', 'x')).toBe(false);
    leave();
    store.put(objectOf(write));
    expect(seen).toEqual(['->1', '1>2', '2>-']);
  });

  it('gives lists that later writes leave alone', () => {
    const store = new ObjectStore(() => 0);
    const write: Write = { kind: 'Pod', namespace: 'a', name: 'x', node: '', owner: '', label: 'red', remove: false };
    store.put(objectOf(write));
    const before = store.table('Pod').list();
    store.put(objectOf({ ...write, name: 'y' }));
    expect(before).toHaveLength(1);
    expect(store.table('Pod').list()).toHaveLength(2);
  });

  it('stays within its bound under churn of one object', () => {
    const store = new ObjectStore(() => 0, 100_000);
    for (let i = 0; i < 20_000; i++) {
      store.put({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { namespace: 'l', name: 'n' },
        spec: { renewTime: `t${i}` },
      });
    }
    expect(store.historyBytes).toBeLessThanOrEqual(100_000);
    expect(store.oldestRevision).toBeGreaterThan(19_000);
    expect(store.stateAt(store.oldestRevision)).toHaveLength(1);
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
