import { describe, expect, it } from 'vitest';
import type { ControllerRevision } from '#shared/kube/kinds.ts';
import { createTestCluster, unwrap } from '../../testing/harness.ts';
import {
  createRevision,
  equalRevisions,
  goJson,
  hashRevisionData,
  newRevision,
  nextRevision,
  revisionName,
  revisionTemplate,
  surplusRevisions,
  templatePatch,
} from './history.ts';

const template = (image: string) => ({
  metadata: { labels: { app: 'db' } },
  spec: {
    containers: [
      {
        name: 'app',
        image: `registry.example/app:${image}`,
        resources: {},
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  },
});

const parent = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db', namespace: 'default', uid: 'u1' } };
const revision = (name: string, number: number, data: unknown = {}): ControllerRevision => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: { name, namespace: 'default' },
  data,
  revision: number,
});

describe('names of revisions', () => {
  it.each([
    ['v1', '79d564566b'],
    ['slow1', '869474bc'],
    ['slow2', '5884bc467d'],
    ['slow3', '8f94689cc'],
  ])('the template with image %s has the hash a real cluster gave it', (image, hash) => {
    expect(hashRevisionData(templatePatch(template(image)), 0)).toBe(hash);
    expect(newRevision(parent, { app: 'db' }, templatePatch(template(image)), 1, 0).metadata).toMatchObject({
      name: `db-${hash}`,
      labels: { app: 'db', 'controller.kubernetes.io/hash': hash },
    });
  });
  it('a collision count changes the hash', () => {
    const data = templatePatch(template('v1'));
    expect(hashRevisionData(data, 1)).not.toBe(hashRevisionData(data, 0));
    expect(hashRevisionData(data)).not.toBe(hashRevisionData(data, 0));
  });
  it('long names are cut', () => {
    expect(revisionName('a'.repeat(250), 'h')).toBe(`${'a'.repeat(223)}-h`);
  });
  it('JSON is written as Go writes it', () => {
    expect(goJson({ b: [1, null, undefined], a: '<é&>', c: undefined })).toBe('{"a":"\\u003cé\\u0026\\u003e","b":[1,null,null]}');
  });
  it('a template survives its patch', () => {
    const data = templatePatch(template('v1'));
    expect(revisionTemplate(revision('r', 1, data))).toEqual(template('v1'));
    expect(revisionTemplate(revision('r', 1, 'text'))).toBeUndefined();
  });
});

describe('the list of revisions', () => {
  it('counts on from the highest number', () => {
    expect(nextRevision([])).toBe(1);
    expect(nextRevision([revision('a', 4), revision('b', 2)])).toBe(5);
  });
  it('finds equal data', () => {
    const list = [revision('a', 1, { x: 1 }), revision('b', 2, { x: 2 }), revision('c', 3, { x: 1 })];
    expect(equalRevisions(list, { x: 1 }).map((one) => one.metadata.name)).toEqual(['a', 'c']);
  });
  it.each([
    [true, 2, ['b', 'c']],
    [false, 2, ['b']],
    [true, 9, []],
    [false, 0, ['b', 'c', 'd']],
  ])('live ones count: %s, limit %i: %j go', (liveCounts, limit, gone) => {
    const list = [revision('d', 4), revision('a', 1), revision('c', 3), revision('b', 2)];
    const surplus = surplusRevisions(list, limit, (one) => one.metadata.name === 'a', liveCounts);
    expect(surplus.map((one) => one.metadata.name)).toEqual(gone);
  });
});

describe('storing a revision', () => {
  it('takes the same data for its own and goes around other data', () => {
    const cluster = createTestCluster();
    const data = templatePatch(template('v1'));
    const wanted = newRevision(parent, { app: 'db' }, data, 1, 0);
    const first = unwrap(createRevision(cluster.client, parent, wanted, 0));
    expect([first.revision.metadata.name, first.collisionCount]).toEqual(['db-79d564566b', 0]);
    expect(unwrap(createRevision(cluster.client, parent, wanted, 0)).revision).toBe(first.revision);

    const other = createTestCluster();
    other.create(revision('db-79d564566b', 1, { other: true }));
    const second = unwrap(createRevision(other.client, parent, wanted, 0));
    expect(second.collisionCount).toBe(1);
    expect(second.revision.metadata.name).toBe(`db-${hashRevisionData(data, 1)}`);
  });
});
