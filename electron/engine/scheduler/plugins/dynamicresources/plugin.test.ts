import { expect, it } from 'vitest';
import { pod } from '../../../testing/builders.ts';
import { newCycleState } from '../../framework/framework.ts';
import { NodeStatuses } from '../../framework/nodestatuses.ts';
import { createPodInfo } from '../../framework/podinfo.ts';
import { ResourceTable } from '../../framework/resources.ts';
import type { Snapshot } from '../../framework/snapshot.ts';
import { createDynamicResources } from './plugin.ts';

const info = createPodInfo(pod('p'), new ResourceTable());
const nothing = { nodes: [] } as unknown as Snapshot;

it('has no claims to give back once its PreFilter has run', () => {
  const plugin = createDynamicResources();
  const state = newCycleState();
  expect(plugin.preFilter?.(state, info, nothing)).toMatchObject({ code: 'Skip' });
  expect(plugin.postFilter?.(state, info, new NodeStatuses()).status).toEqual({
    code: 'Unschedulable',
    reasons: ['no new claims to deallocate'],
  });
});

it('says "not found" when another plugin failed before it', () => {
  const { status } = createDynamicResources().postFilter?.(newCycleState(), info, new NodeStatuses()) ?? {};
  expect(status).toEqual({ code: 'Error', reasons: ['not found'] });
});
