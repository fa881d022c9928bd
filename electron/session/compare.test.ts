import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createSimulation } from '#engine/index.ts';
import { defaultConfiguration, MAIN_SCHEDULER } from '#shared/kube/schedulerConfig/index.ts';
import type { Variant } from '#shared/protocol/index.ts';
import { parseScenario, type Scenario } from '#shared/scenario/index.ts';
import { type ComparedRun, compareSides, VariantRun } from './compare.ts';
import { spreadOf } from './compareMeasures.ts';
import { createPod, fakeServices, startSession } from './testing/harness.ts';

function shipped(name: string): Scenario {
  const parsed = parseScenario(readFileSync(join(import.meta.dirname, '../../scenarios', name), 'utf8'), name);
  if (!parsed.ok) throw new Error(parsed.error[0]?.message);
  return parsed.value;
}

const asItIs: Variant = { label: 'as it is', schedulers: [] };
const defaults: Variant = {
  label: 'defaults',
  schedulers: [{ name: MAIN_SCHEDULER, configuration: { ...defaultConfiguration } }],
};

function run(compared: ComparedRun, variant: Variant, stop?: () => boolean): VariantRun {
  const side = VariantRun.start(compared, variant, createSimulation);
  if (!side.ok) throw new Error(side.error[0]?.message);
  while (!side.value.advance(stop)) {}
  return side.value;
}

describe('one scenario under two configurations', () => {
  const packing: ComparedRun = { scenario: shipped('15-bin-packing.yaml'), entries: [], untilMs: 22_000 };

  test('shows placements, pending pods, use and spread', () => {
    const { a, b, moved, same } = compareSides(run(packing, asItIs), run(packing, defaults));
    expect([a.placed, b.placed, a.pods, b.pods]).toEqual([10, 8, 10, 10]);
    expect([a.allPlacedMs !== null, b.allPlacedMs]).toEqual([true, null]);
    expect(b.pending.map(({ pod }) => pod)).toEqual(['default/trainer-1', 'default/trainer-2']);
    expect(b.pending[0]?.message).toMatch(/^0\/4 nodes are available: 4 Insufficient cpu\./);
    expect(moved.filter((one) => one.b === null).map(({ pod }) => pod)).toEqual(['default/trainer-1', 'default/trainer-2']);
    expect(same + moved.length).toBe(10);
    expect(b.cpu).toEqual({ share: 0.375, deviation: 0, range: 0 });
    expect(a.cpu.range).toBeGreaterThan(0.3);
    expect([a.longestWaitMs < 3_000, b.longestWaitMs]).toEqual([true, 12_000]);
    expect(b.zones).toEqual([
      { zone: 'zone-a', nodes: 2, pods: 4 },
      { zone: 'zone-b', nodes: 2, pods: 4 },
    ]);
  });

  test('two equal sides do not differ, also when one runs in slices', () => {
    let count = 0;
    const sliced = run(packing, asItIs, () => ++count % 7 === 0);
    expect(compareSides(run(packing, asItIs), sliced)).toMatchObject({ moved: [], same: 10 });
    expect(count).toBeGreaterThan(50);
  });

  test('commands given by hand count on both sides, those about the compared scheduler on neither', () => {
    const entries = [
      { point: { nowMs: 1_000, tasks: 5 }, revision: 0, command: { type: 'cordon' as const, node: 'node-a' } },
      {
        point: { nowMs: 1_500 },
        revision: 0,
        command: { type: 'configureScheduler' as const, name: MAIN_SCHEDULER, configuration: { ...defaultConfiguration } },
      },
      { point: { nowMs: 2_000 }, revision: 0, command: { type: 'cordon' as const, node: 'nobody' } },
    ];
    const packed = {
      label: 'packed',
      schedulers: packing.scenario.schedulers!.map((one) => ({ ...one, configuration: { ...one.configuration } })),
    };
    const result = run({ ...packing, entries }, packed).result();
    expect(result.emptyNodes).toBe(1);
    expect(result.placed).toBe(9);
    expect(result.refused).toHaveLength(1);
    expect(result.refused[0]).toContain('nobody');
  });

  test('runs until nothing is left to do, and counts preemptions', () => {
    const compared: ComparedRun = { scenario: shipped('04-priorities-and-preemption.yaml'), entries: [] };
    const result = run(compared, asItIs).result();
    expect(result.ended).toBe('quiet');
    expect(result.preemptions).toBe(1);
    const never = {
      ...defaultConfiguration,
      profiles: [{ schedulerName: 'default-scheduler', plugins: { postFilter: { disabled: [{ name: '*' }] } } }],
    };
    const without = run(compared, { label: 'without', schedulers: [{ name: MAIN_SCHEDULER, configuration: never }] });
    expect(without.result().preemptions).toBe(0);
  });

  test('says why a pod without a scheduler waits', () => {
    const scenario = { ...shipped('16-two-schedulers.yaml'), steps: [] };
    const late = {
      point: { nowMs: 0 },
      revision: 0,
      command: {
        type: 'create' as const,
        objects: [
          {
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: { name: 'p', namespace: 'default' },
            spec: { schedulerName: 'who', containers: [{ name: 'c', image: 'i' }] },
          },
        ],
      },
    };
    expect(run({ scenario, entries: [late] }, asItIs).result().pending).toEqual([
      { pod: 'default/p', message: 'no scheduler serves "who"' },
    ]);
  });

  test('refuses a configuration that cannot run', () => {
    const bad = {
      label: 'bad',
      schedulers: [{ name: MAIN_SCHEDULER, configuration: { ...defaultConfiguration, parallelism: 0 } }],
    };
    const side = VariantRun.start(packing, bad, createSimulation);
    expect(side).toMatchObject({ ok: false, error: [{ path: 'parallelism' }] });
  });
});

describe('in a session', () => {
  test('answers without touching the playground; a newer question ends an older one', async () => {
    const { session } = await startSession(fakeServices({ createSimulation }));
    await session.control({
      type: 'openText',
      name: 'x.yaml',
      text: readFileSync(join(import.meta.dirname, '../../scenarios/15-bin-packing.yaml'), 'utf8'),
    });
    const before = session.query({ type: 'digest' });
    const reply = await session.compare({ type: 'compare', a: asItIs, b: defaults, untilMs: 20_000 });
    expect(reply.ok && [reply.value.a.placed, reply.value.b.placed]).toEqual([10, 8]);
    expect(session.query({ type: 'digest' })).toEqual(before);
    const bad = { label: 'bad', schedulers: [{ name: 'x', configuration: { apiVersion: 'v1', kind: 'Pod' } }] };
    expect(await session.compare({ type: 'compare', a: asItIs, b: bad })).toMatchObject({
      ok: false,
      error: { code: 'Invalid' },
    });
  });

  test('commands about schedulers are journalled and replayed', async () => {
    const { session } = await startSession(fakeServices({ createSimulation }));
    await session.command({
      type: 'addScheduler',
      name: 'second',
      configuration: { ...defaultConfiguration, profiles: [{ schedulerName: 'second' }] },
    });
    await session.command(createPod('p'));
    await session.control({ type: 'settle' });
    const digest = session.query({ type: 'digest' });
    await session.control({ type: 'seek', atMs: 0 });
    const reached = digest.ok && 'digest' in digest.value ? digest.value.nowMs : 0;
    await session.control({ type: 'seek', atMs: reached });
    expect(session.query({ type: 'digest' })).toEqual(digest);
    expect(session.query({ type: 'schedulers' })).toMatchObject({
      ok: true,
      value: { schedulers: [{ name: 'kube-scheduler' }, { name: 'second', profiles: ['second'], running: true }] },
    });
  });
});

test('spread of shares', () => {
  expect(spreadOf([])).toEqual({ share: 0, deviation: 0, range: 0 });
  expect(
    spreadOf([
      { used: 1, total: 2 },
      { used: 0, total: 2 },
      { used: 0, total: 0 },
    ]),
  ).toMatchObject({ share: 0.25, range: 0.5 });
});
