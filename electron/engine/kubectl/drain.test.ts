import { describe, expect, it } from 'vitest';
import { err } from '#shared/core/result.ts';
import type { Status } from '#shared/kube/types.ts';
import type { Client } from '../client/types.ts';
import { createFaults } from '../faults/index.ts';
import { createKubelets } from '../kubelet/index.ts';
import { deployment, node, pod } from '../testing/builders.ts';
import { createTestCluster } from '../testing/harness.ts';
import { Drain } from './drain.ts';

const WHY = 'pods "p" is forbidden: unable to create new content in namespace default because it is being terminated';
const terminating: Status = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: WHY,
  reason: 'Forbidden',
  code: 403,
  details: {
    name: 'p',
    kind: 'pods',
    causes: [{ reason: 'NamespaceTerminating', message: 'namespace default is being terminated', field: 'metadata.namespace' }],
  },
};

/** A drain whose evictions are answered by `evict` instead of the API server. */
function setUp(evict: (real: Client) => Client['evict']) {
  const cluster = createTestCluster({ components: (ctx) => [createKubelets(ctx, createFaults())] });
  const { client } = cluster;
  const stub = {
    get: client.get.bind(client),
    patch: client.patch.bind(client),
    delete: client.delete.bind(client),
    evict: evict(client),
  } as unknown as Client;
  const lines: string[] = [];
  const output = {
    out: (text: string) => void lines.push(text),
    err: (text: string) => void lines.push(`!${text}`),
    done: (code: number) => void lines.push(`exit ${code}`),
  };
  const drain = (nodes: string[]) => new Drain(cluster.ctx, stub, nodes, { force: true }, output).start();
  return { cluster, lines, drain };
}

describe('drain in corners', () => {
  it('waits for pods of a namespace that is being terminated, as drain-pods-of-terminating-namespaces shows', () => {
    const { cluster, lines, drain } = setUp(() => () => err(terminating));
    cluster.create(node('n1'));
    cluster.create(pod('p', { nodeName: 'n1', annotations: { 'stowage.dev/termination-seconds': '8' } }));
    cluster.runFor(10_000);
    drain(['n1']);
    cluster.runFor(1000);
    cluster.client.delete({ kind: 'Pod', namespace: 'default', name: 'p' });
    cluster.runFor(20_000);
    const refused = `!error when evicting pod "p" from terminating namespace "default" (will retry after 5s): ${WHY}`;
    expect(lines).toEqual([
      'node/n1 cordoned',
      '!Warning: deleting Pods that declare no controller: default/p',
      'evicting pod default/p',
      refused,
      'evicting pod default/p',
      'pod/p evicted',
      'node/n1 drained',
      'exit 0',
    ]);
  });

  it('goes on with the next node after an error, and lists the errors at the end', () => {
    const boom = { ...terminating, code: 500, reason: '', message: 'boom' };
    const { cluster, lines, drain } = setUp(
      (real) => (namespace, name, options) => (name === 'p' ? err(boom) : real.evict(namespace, name, options)),
    );
    cluster.create(node('n1'), node('n2'));
    cluster.create(pod('p', { nodeName: 'n1' }), pod('q', { nodeName: 'n2' }));
    cluster.create(deployment('unused'));
    cluster.runFor(10_000);
    drain(['n1', 'n2', 'n9']);
    expect(lines.splice(0)).toEqual(['!Error from server (NotFound): nodes "n9" not found', 'exit 1']);
    drain(['n1', 'n2']);
    cluster.runFor(10_000);
    const what = 'error when evicting pods/"p" -n "default": boom';
    expect(lines).toEqual([
      'node/n1 cordoned',
      'node/n2 cordoned',
      '!Warning: deleting Pods that declare no controller: default/p',
      'evicting pod default/p',
      `!There are pending pods in node "n1" when an error occurred: ${what}`,
      '!pod/p',
      `!error: unable to drain node "n1" due to error: ${what}, continuing command...`,
      '!There are pending nodes to be drained:',
      '! n1',
      '!Warning: deleting Pods that declare no controller: default/q',
      'evicting pod default/q',
      'pod/q evicted',
      'node/n2 drained',
      `!${what}`,
      'exit 1',
    ]);
  });
});
