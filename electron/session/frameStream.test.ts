import { describe, expect, test } from 'vitest';
import type { Frame } from '#shared/protocol/index.ts';
import { frameSchema } from '#shared/protocol/index.ts';
import { createPod, startSession } from './testing/harness.ts';

/** A renderer's mirror: keys it knows, kept as frames say. */
class Mirror {
  revision = -1;
  epoch = -1;
  readonly keys = new Set<string>();

  apply(frame: Frame): void {
    expect(frameSchema.safeParse(frame).error).toBeUndefined();
    if (frame.snapshot) this.keys.clear();
    else expect([frame.epoch, frame.fromRevision]).toEqual([this.epoch, this.revision]);
    for (const { key, object } of frame.changes) {
      if (object) this.keys.add(key);
      else this.keys.delete(key);
    }
    this.epoch = frame.epoch;
    this.revision = frame.toRevision;
  }
}

describe('frame stream', () => {
  test('the first frame is a snapshot, later ones carry differences only, and leases stay out', async () => {
    const { session, wall, frames } = await startSession();
    await session.command(createPod('a'));
    wall.pass(50);
    await session.control({ type: 'seek', atMs: 3_000 });
    wall.pass(50);
    const mirror = new Mirror();
    for (const frame of frames) mirror.apply(frame);
    expect(frames[0]).toMatchObject({ snapshot: true, changes: [] });
    expect(frames.slice(1).every((frame) => !frame.snapshot)).toBe(true);
    expect([...mirror.keys]).toEqual(['Pod/default/a']);
    expect(frames.flatMap((frame) => frame.changes).some((change) => change.key.startsWith('Lease'))).toBe(false);
  });

  test('at most thirty frames a second', async () => {
    const { session, wall, frames } = await startSession();
    await session.control({ type: 'play' });
    const before = frames.length;
    for (let i = 0; i < 1_000; i++) wall.pass(1);
    expect(frames.length - before).toBeGreaterThan(20);
    expect(frames.length - before).toBeLessThanOrEqual(30);
  });

  test('a renderer that does not acknowledge gets one folded frame, not a backlog', async () => {
    const { session, wall } = await startSession();
    const sent: Frame[] = [];
    const stream = session.openStream((frame) => sent.push(frame));
    stream.resync();
    wall.pass(50);
    expect(sent).toHaveLength(1);
    for (const name of ['a', 'b', 'c']) {
      await session.command(createPod(name));
      await session.control({ type: 'settle' });
      wall.pass(100);
    }
    await session.command({ type: 'delete', refs: [{ kind: 'Pod', namespace: 'default', name: 'b' }] });
    wall.pass(100);
    expect(sent).toHaveLength(1);
    stream.ack(sent[0]!.epoch, 999);
    wall.pass(100);
    expect(sent).toHaveLength(1);
    stream.ack(sent[0]!.epoch, sent[0]!.seq);
    wall.pass(100);
    expect(sent).toHaveLength(2);
    // b was born and died in between; the others come once each, in their last version.
    expect(sent[1]!.changes.map((change) => change.key)).toEqual(['Pod/default/a', 'Pod/default/c']);
    const mirror = new Mirror();
    for (const frame of sent) mirror.apply(frame);
  });

  test('a resync asks for a snapshot at once, whatever is outstanding', async () => {
    const { session, wall } = await startSession();
    await session.command(createPod('a'));
    const sent: Frame[] = [];
    const stream = session.openStream((frame) => sent.push(frame));
    stream.resync();
    wall.pass(1);
    stream.resync();
    wall.pass(1);
    expect(sent.map((frame) => [frame.snapshot, frame.changes.length])).toEqual([
      [true, 1],
      [true, 1],
    ]);
  });

  test('undo, seek back and opening begin an epoch with a snapshot that tells the timeline', async () => {
    const { session, wall, frames } = await startSession();
    await session.command(createPod('a'));
    await session.control({ type: 'settle' });
    await session.command(createPod('b'));
    wall.pass(50);
    const last = frames.at(-1)!;
    await session.control({ type: 'seek', atMs: 10 });
    wall.pass(50);
    const back = frames.at(-1)!;
    expect(back.epoch).toBeGreaterThan(last.epoch);
    expect(back).toMatchObject({ snapshot: true, nowMs: 10 });
    const marks = back.signals.flatMap((signal) => (signal.type === 'mark' ? [signal.mark.text] : []));
    expect(marks).toEqual(['create pod/a', 'create pod/b']);
    await session.control({ type: 'new' });
    wall.pass(50);
    expect(frames.at(-1)).toMatchObject({ snapshot: true, changes: [], nowMs: 0 });
    expect(frames.at(-1)!.signals).toEqual([]);
  });

  test('a menu action given before the page listens reaches it', async () => {
    const { session, wall } = await startSession();
    const sent: Frame[] = [];
    const stream = session.openStream((frame) => sent.push(frame));
    session.menu('openPath:/x.yaml');
    wall.pass(50);
    stream.resync();
    wall.pass(50);
    expect(sent[0]!.signals).toEqual([{ type: 'menu', action: 'openPath:/x.yaml' }]);
  });
});
