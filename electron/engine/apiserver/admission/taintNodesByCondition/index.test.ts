import { expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { admitWith } from '../testing.ts';
import { taintNodesByCondition } from './index.ts';

const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
const node = (taints?: object[]): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n' },
  spec: taints ? { taints } : {},
});

it('a new node starts with the not-ready taint, once', () => {
  const other = { key: 'a', effect: 'NoExecute' };
  expect(admitWith(taintNodesByCondition, { operation: 'CREATE', object: node() }).object?.spec).toEqual({ taints: [taint] });
  expect(admitWith(taintNodesByCondition, { operation: 'CREATE', object: node([other]) }).object?.spec).toEqual({
    taints: [other, taint],
  });
  expect(admitWith(taintNodesByCondition, { operation: 'CREATE', object: node([taint]) }).object?.spec).toEqual({
    taints: [taint],
  });
});

it('an update is left alone', () => {
  expect(admitWith(taintNodesByCondition, { operation: 'UPDATE', object: node(), old: node() }).object?.spec).toEqual({});
});
