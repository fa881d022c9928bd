import { describe, expect, test } from 'vitest';
import { amountAt, parseAmount } from './amount.ts';
import { knownLoad, loadAt, parseLoad, parseUsage } from './load.ts';

function at(text: string, seconds: number) {
  const load = parseLoad(text);
  if (!load.ok) throw new Error(load.error);
  return loadAt(load.value, seconds * 1000);
}

describe('load on a workload', () => {
  test.each([
    ['constant', '"1500m"', 100, 1500],
    ['number', '2', 100, 2000],
    ['ramp before its start', '{"ramp": {"from": "1", "to": "2", "startSeconds": 60, "seconds": 100}}', 10, 1000],
    ['ramp half way', '{"ramp": {"from": "1", "to": "2", "startSeconds": 60, "seconds": 100}}', 110, 1500],
    ['ramp after its end', '{"ramp": {"to": "2", "seconds": 100}}', 1000, 2000],
    ['sine at its start', '{"sine": {"min": "200m", "max": "1", "periodSeconds": 600}}', 0, 200],
    ['sine after half a period', '{"sine": {"min": "200m", "max": "1", "periodSeconds": 600}}', 300, 1000],
    ['sine after a quarter', '{"sine": {"min": "200m", "max": "1", "periodSeconds": 600}}', 150, 600],
  ])('%s', (_name, text, seconds, milli) => {
    const amount = parseAmount(JSON.parse(text), 'cpu');
    expect(amount.ok && amountAt(amount.value, seconds * 1000)).toBe(milli);
  });

  test('later steps replace what they name and keep the rest', () => {
    const text = '{"cpu": "1", "memoryPerPod": "64Mi", "steps": [{"atSeconds": 120, "cpu": "3"}, {"atSeconds": 60, "cpu": "2"}]}';
    expect([0, 59, 60, 120].map((seconds) => at(text, seconds).cpuMilli)).toEqual([1000, 1000, 2000, 3000]);
    expect(at(text, 500).memoryPerPodBytes).toBe(64 * 1024 * 1024);
  });

  test('requests become a custom metric beside the named ones', () => {
    const { metrics } = at('{"requestsPerSecond": 400, "metrics": {"queue": "30"}}', 0);
    expect([...metrics]).toEqual([
      ['queue', 30_000],
      ['http_requests_per_second', 400_000],
    ]);
  });

  test.each([
    ['{', 'it is no JSON; write for example {"cpu": "500m"}'],
    ['[]', 'it must be a JSON object such as {"cpu": "500m"}'],
    [
      '{"cpus": "1"}',
      'cpus is not known here; known are cpu, cpuPerPod, memory, memoryPerPod, requestsPerSecond, metrics, container, steps',
    ],
    ['{"cpu": "many"}', 'cpu: "many" is no quantity; write a number such as "500m", "2" or "1Gi"'],
    ['{"cpu": -1}', 'cpu must not be negative'],
    ['{"cpu": true}', 'cpu must be a quantity such as "500m", {"ramp": {...}} or {"sine": {...}}'],
    ['{"cpu": {"ramp": {"to": "1"}}}', 'cpu.ramp.seconds must be a number of seconds above 0'],
    ['{"cpu": {"sine": {"max": "1", "periodSeconds": 0}}}', 'cpu.sine.periodSeconds must be a number of seconds above 0'],
    ['{"steps": {}}', 'steps must be a list such as [{"atSeconds": 60, "cpu": "2"}]'],
    ['{"steps": [{"cpu": "1"}]}', 'steps[0].atSeconds must be a number of seconds'],
    ['{"metrics": 5}', 'metrics must be an object of metric names and amounts'],
  ])('%s is refused in words', (text, error) => {
    expect(parseLoad(text)).toEqual({ ok: false, error });
    expect(knownLoad(text)).toBeUndefined();
  });

  test('usage of a pod has containers of its own', () => {
    const usage = parseUsage('{"cpu": "1", "containers": {"side": {"memory": "1Gi"}}}');
    expect(usage.ok && usage.value.containers.side?.memory).toEqual({ shape: 'constant', milli: 1024 ** 3 * 1000 });
    expect(parseUsage('{"containers": {"side": {"disk": 1}}}')).toEqual({
      ok: false,
      error: 'containers.side.disk is not known here; known are cpu, memory',
    });
  });
});
