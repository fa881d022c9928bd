import { expect, it } from 'vitest';
import type { ContainerStatus } from '#shared/kube/types.ts';
import { pod } from '../testing/builders.ts';
import { containerLog } from './logs.ts';

const at = '2026-01-01T00:00:0';
const end = (exitCode: number, more: object = {}) => ({
  terminated: { exitCode, reason: 'Error', startedAt: `${at}1Z`, finishedAt: `${at}2Z`, containerID: 'containerd://1', ...more },
});
const table: [string, Partial<ContainerStatus>, boolean, string[] | string][] = [
  [
    'running',
    { state: { running: { startedAt: `${at}1Z` } }, ready: true, started: true },
    false,
    [`${at}1Z app: started from x`, `${at}1Z app: serving`],
  ],
  ['crashed', { state: end(3) }, false, [`${at}1Z app: started from x`, `${at}2Z app: fatal: exiting with code 3`]],
  [
    'its own last words',
    { state: end(3, { message: 'no disk' }) },
    false,
    [`${at}1Z app: started from x`, `${at}2Z app: no disk`],
  ],
  ['killed', { state: end(137) }, false, [`${at}1Z app: started from x`]],
  ['stopped', { state: end(143) }, false, [`${at}1Z app: started from x`, `${at}2Z app: received SIGTERM`]],
  [
    'crash loop',
    { state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: end(1) },
    false,
    [`${at}1Z app: started from x`, `${at}2Z app: fatal: exiting with code 1`],
  ],
  ['previous', { state: { running: {} }, lastState: end(0) }, true, [`${at}1Z app: started from x`, `${at}2Z app: done`]],
  ['no previous', { state: { running: {} } }, true, 'previous terminated container "app" in pod "a" not found'],
  [
    'creating',
    { state: { waiting: { reason: 'ContainerCreating' } } },
    false,
    'container "app" in pod "a" is waiting to start: ContainerCreating',
  ],
  [
    'pulling',
    { state: { waiting: { reason: 'ErrImagePull' } } },
    false,
    'container "app" in pod "a" is waiting to start: image can\'t be pulled',
  ],
  [
    'not to be pulled',
    { state: { waiting: { reason: 'ImagePullBackOff' } } },
    false,
    'container "app" in pod "a" is waiting to start: trying and failing to pull image',
  ],
];

it.each(table)('log of a container: %s', (_, status, previous, wanted) => {
  const full = { name: 'app', image: 'x', imageID: '', ready: false, restartCount: 0, ...status };
  const log = containerLog({ ...pod('a'), status: { containerStatuses: [full] } }, 'app', { previous });
  expect(log.ok ? log.value : log.error).toEqual(wanted);
});
