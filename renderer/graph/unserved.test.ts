import { expect, test } from 'vitest';
import { pod } from '../testing/frames.ts';
import { unservedPods } from './unserved.ts';

const scheduler = (name: string, running: boolean, ...profiles: string[]) => ({ name, running, queued: 0, cycles: 0, profiles });

test('pods of stopped and of unknown schedulers are found, placed ones are not', () => {
  const pods = new Map(
    [
      pod('waits'),
      pod('placed', { on: 'n', spec: { schedulerName: 'nobody' } }),
      pod('stopped', { spec: { schedulerName: 'second' } }),
      pod('unknown', { spec: { schedulerName: 'nobody' } }),
    ].map((one) => [`Pod/default/${one.metadata.name}`, one] as const),
  );
  const names = (...schedulers: ReturnType<typeof scheduler>[]) => unservedPods(pods, schedulers).map(({ name }) => name);
  const main = scheduler('kube-scheduler', true, 'default-scheduler');
  expect(names(main, scheduler('second', false, 'second'))).toEqual(['stopped', 'unknown']);
  expect(names(main, scheduler('second', true, 'second'))).toEqual(['unknown']);
  expect(names(scheduler('kube-scheduler', false, 'default-scheduler'))).toEqual(['waits', 'stopped', 'unknown']);
  expect(unservedPods(pods, [])).toEqual([]);
});
