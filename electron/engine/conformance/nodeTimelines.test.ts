import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runNodeTimelines, type SingleTimeline, type TimelineCase, timelineCases } from './nodeTimelines.ts';

const sample = join(import.meta.dirname, 'testdata/nodes');
const whole = join(import.meta.dirname, '../../../../shared/conformance/nodes');

/** All time lines of a directory. */
function load(directory: string): TimelineCase[] {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8'));
  const single = (name: string): SingleTimeline => read(name) as SingleTimeline;
  return timelineCases(read('taints-and-conditions') as TimelineCase[], {
    'notready-default-timing': single('notready-default-timing'),
    'all-nodes-down': single('all-nodes-down'),
  });
}

function check(directory: string): void {
  for (const timelineCase of load(directory))
    it(timelineCase.id, () => expect(runNodeTimelines([timelineCase]).disagree).toEqual([]));
}

describe('sample of the captured time lines', () => check(sample));
describe.runIf(existsSync(whole))('all captured time lines', () => check(whole));
describe('the comparison itself', () => {
  it('notices a missing taint and a wrong time', () => {
    const [first] = load(sample);
    if (first === undefined) throw new Error('no case');
    const [step] = first.steps;
    if (step === undefined) throw new Error('no step');
    const without = { ...first, steps: [{ ...step, timeline: step.timeline.filter(({ taints }) => taints === undefined) }] };
    const later = {
      ...first,
      steps: [{ ...step, timeline: step.timeline.map((entry) => (entry.t > 4 ? { ...entry, t: entry.t + 1 } : entry)) }],
    };
    expect([first, without, later].map((each) => runNodeTimelines([each]).agree)).toEqual([1, 0, 0]);
  });
});
