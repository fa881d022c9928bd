import { beforeEach, expect, it, vi } from 'vitest';
import { useCluster } from './cluster.ts';
import { askSettings, useSettingsStore } from './settings.ts';

const { query } = vi.hoisted(() => ({ query: vi.fn() }));
vi.mock('../bridge/index.ts', () => ({ getBridge: () => ({ query }) }));

const answer = (tolerance: number) => ({ ok: true, value: { hpa: { tolerance } } });
const known = () => useSettingsStore.getState().settings?.hpa.tolerance;

beforeEach(() => {
  query.mockReset();
  useCluster.setState({ epoch: 1 });
  useSettingsStore.setState({ epoch: -1, settings: undefined });
});

it('asks once in a run, and again in the next', async () => {
  query.mockResolvedValueOnce(answer(0.1)).mockResolvedValueOnce(answer(0.3));
  await Promise.all([askSettings(), askSettings()]);
  await askSettings();
  expect([query.mock.calls.length, known()]).toEqual([1, 0.1]);
  useCluster.setState({ epoch: 2 });
  await askSettings();
  expect([query.mock.calls.length, known()]).toEqual([2, 0.3]);
});

it('drops the answer of a run that is over', async () => {
  query
    .mockImplementationOnce(async () => {
      useCluster.setState({ epoch: 2 });
      return answer(0.1);
    })
    .mockResolvedValueOnce(answer(0.3));
  await askSettings();
  expect([query.mock.calls.length, known()]).toEqual([2, 0.3]);
});

it('keeps what was known when the host does not answer, and does not ask before the first frame', async () => {
  useCluster.setState({ epoch: -1 });
  await askSettings();
  expect(query).not.toHaveBeenCalled();
  useCluster.setState({ epoch: 1 });
  query.mockResolvedValueOnce(answer(0.1)).mockResolvedValueOnce({ ok: false, error: { code: 'x', message: 'y' } });
  await askSettings();
  useCluster.setState({ epoch: 2 });
  await askSettings();
  expect([query.mock.calls.length, known()]).toEqual([2, 0.1]);
});
