import { expect, it } from 'vitest';
import { pod } from '../../../testing/builders.ts';
import { newCycleState } from '../../framework/framework.ts';
import type { Handle } from '../../framework/plugin.ts';
import { createPodInfo } from '../../framework/podinfo.ts';
import { ResourceTable } from '../../framework/resources.ts';
import { errorStatus } from '../../framework/status.ts';
import { createDefaultBinder } from './plugin.ts';

it('hands pod and node to the API and passes on the refusal', () => {
  const calls: string[] = [];
  const handle = {
    bind: (info: { key: string }, nodeName: string) => {
      calls.push(`${info.key} ${nodeName}`);
      return nodeName === 'full' ? errorStatus('no') : null;
    },
  } as unknown as Handle;
  const plugin = createDefaultBinder(undefined, handle);
  const info = createPodInfo(pod('p'), new ResourceTable());
  expect(plugin.bind?.(newCycleState(), info, 'a')).toBeNull();
  expect(plugin.bind?.(newCycleState(), info, 'full')?.code).toBe('Error');
  expect(calls).toEqual(['default/p a', 'default/p full']);
});
