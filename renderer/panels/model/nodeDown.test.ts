import { describe, expect, it } from 'vitest';
import type { Node } from '#shared/kube/types.ts';
import type { EventRow } from './events.ts';
import { wasShutDown } from './nodeDown.ts';

const NOTICED = { type: 'Ready', status: 'Unknown', message: 'Kubelet stopped posting node status.' };
const LEAVING = { type: 'Ready', status: 'False', message: 'node is shutting down' };

const node = (condition: object): Node =>
  ({ kind: 'Node', metadata: { name: 'a' }, spec: {}, status: { conditions: [condition] } }) as unknown as Node;
const row = (reason: string, message: string): EventRow => ({ reason, message }) as unknown as EventRow;

const DETECTED = row('Shutdown', 'Shutdown manager detected shutdown event');
const CANCELLED = row('Shutdown', 'Shutdown manager detected shutdown cancellation');
const REBOOTED = row('Rebooted', 'Node a has been rebooted');
const NOT_READY = row('NodeNotReady', 'Node a status is now: NodeNotReady');

describe('wasShutDown', () => {
  const rows: [string, object, EventRow[], boolean][] = [
    ['a crash', NOTICED, [NOT_READY], false],
    ['by the condition, without events', LEAVING, [], true],
    ['by the event, once the cluster has noticed', NOTICED, [NOT_READY, DETECTED], true],
    ['a crash after it was back', NOTICED, [NOT_READY, REBOOTED, DETECTED], false],
    ['a crash after it stayed up', NOTICED, [NOT_READY, CANCELLED, DETECTED], false],
    ['down again', NOTICED, [DETECTED, REBOOTED], true],
  ];
  for (const [name, condition, events, wanted] of rows) it(name, () => expect(wasShutDown(node(condition), events)).toBe(wanted));
});
