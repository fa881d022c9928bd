import { mkdirSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Frame } from '#shared/protocol/index.ts';
import type { Session } from './session.ts';
import { createPod, digestOf, fakeServices, startSession } from './testing/harness.ts';

/** Lets a played session run for some wall time in uneven slices. */
function play(wall: { pass(ms: number): void }, ms: number): void {
  for (let spent = 0; spent < ms; spent += 7) wall.pass(7);
}

/** What a window that opens now would be sent first. */
function snapshotOf(session: Session, wall: { pass(ms: number): void }): Frame {
  const frames: Frame[] = [];
  const stream = session.openStream((frame) => frames.push(frame));
  stream.resync();
  wall.pass(50);
  session.closeStream(stream);
  return frames[0]!;
}

async function busySession(services = fakeServices()) {
  const started = await startSession(services);
  const { session, wall } = started;
  await session.command(createPod('a'));
  await session.control({ type: 'play' });
  play(wall, 35);
  await session.command(createPod('b'));
  play(wall, 80);
  await session.command(createPod('c'));
  play(wall, 1_500);
  await session.control({ type: 'pause' });
  return started;
}

describe('time', () => {
  test('virtual time follows wall time at the chosen speed', async () => {
    const { session, wall } = await startSession();
    await session.control({ type: 'setSpeed', speed: 4 });
    await session.control({ type: 'play' });
    play(wall, 700);
    await session.control({ type: 'pause' });
    const reply = session.query({ type: 'digest' });
    expect(reply.ok && 'nowMs' in reply.value && reply.value.nowMs).toBeGreaterThan(2_600);
    expect(reply.ok && 'nowMs' in reply.value && reply.value.nowMs).toBeLessThanOrEqual(2_800);
  });

  test('a sleeping laptop does not make the clock race', async () => {
    const { session, wall } = await startSession();
    await session.control({ type: 'play' });
    play(wall, 100);
    (wall as unknown as { now: number }).now += 3_600_000;
    play(wall, 100);
    const reply = session.query({ type: 'digest' });
    expect(reply.ok && 'nowMs' in reply.value && reply.value.nowMs).toBeLessThan(600);
  });

  test('step runs one write and passes over lease renewals', async () => {
    const { session } = await startSession();
    await session.command(createPod('a'));
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      await session.control({ type: 'step' });
      const reply = session.query({ type: 'digest' });
      if (reply.ok && 'nowMs' in reply.value) times.push(reply.value.nowMs);
    }
    expect(times).toEqual([10, 20, 100, 100, 100]);
  });

  test('settle ends when only background work is left', async () => {
    const { session } = await startSession();
    await session.command(createPod('a'));
    await session.control({ type: 'settle' });
    expect(session.state()).toMatchObject({ quiet: true, playing: false, nextDueMs: null });
    const reply = session.query({ type: 'digest' });
    expect(reply.ok && 'nowMs' in reply.value && reply.value.nowMs).toBe(100);
  });
});

describe('replay', () => {
  test('seeking back and forth gives the same digest, also in the middle of an instant', async () => {
    const { session } = await startSession();
    await session.command(createPod('a'));
    for (let i = 0; i < 4; i++) await session.control({ type: 'step' });
    // Two of the three writes of 100 ms are done: a command here must be replayed exactly here.
    await session.command(createPod('b'));
    await session.control({ type: 'settle' });
    const digest = digestOf(session);
    const endMs = session.state().endMs;
    await session.control({ type: 'seek', atMs: 15 });
    expect(digestOf(session)).not.toBe(digest);
    expect(session.state().endMs).toBe(endMs);
    await session.control({ type: 'seek', atMs: endMs });
    expect(digestOf(session)).toBe(digest);
  });

  test('the newest seek wins', async () => {
    const { session } = await busySession();
    const seeks = [100, 1_200, 40].map((atMs) => session.control({ type: 'seek', atMs }));
    await Promise.all(seeks);
    const reply = session.query({ type: 'digest' });
    expect(reply.ok && 'nowMs' in reply.value && reply.value.nowMs).toBe(40);
  });

  test('undo goes to the instant before the command, redo repeats it exactly', async () => {
    const { session } = await startSession();
    await session.command(createPod('a'));
    await session.control({ type: 'settle' });
    const before = digestOf(session);
    await session.command(createPod('b'));
    const after = digestOf(session);
    await session.control({ type: 'settle' });
    await session.control({ type: 'undo' });
    expect(digestOf(session)).toBe(before);
    expect(session.state()).toMatchObject({ canRedo: true, undoLabel: 'create pod/a', redoLabel: 'create pod/b' });
    await session.control({ type: 'redo' });
    expect(digestOf(session)).toBe(after);
    expect(session.state().canRedo).toBe(false);
  });

  test('undo twice in a row undoes two commands, and redo brings both back', async () => {
    const { session } = await busySession();
    const digest = digestOf(session);
    const { endMs } = session.state();
    await Promise.all([session.control({ type: 'undo' }), session.control({ type: 'undo' })]);
    expect(session.state()).toMatchObject({ undoLabel: 'create pod/a', redoLabel: 'create pod/b' });
    await Promise.all([session.control({ type: 'redo' }), session.control({ type: 'redo' })]);
    expect(session.state()).toMatchObject({ undoLabel: 'create pod/c', canRedo: false });
    await session.control({ type: 'seek', atMs: endMs });
    expect(digestOf(session)).toBe(digest);
  });

  test('undoing a moved card puts it back without going back in time, and redo moves it again', async () => {
    const { session, wall } = await startSession();
    await session.command(createPod('a'));
    await session.command({ type: 'setPositions', positions: { n: { x: 1, y: 1 } } });
    await session.command({ type: 'setPositions', positions: { n: { x: 2, y: 2 } } });
    await session.control({ type: 'settle' });
    const digest = digestOf(session);
    const { epoch } = snapshotOf(session, wall);
    await session.control({ type: 'undo' });
    expect([snapshotOf(session, wall).positions.n, snapshotOf(session, wall).epoch, digestOf(session)]).toEqual([
      { x: 1, y: 1 },
      epoch,
      digest,
    ]);
    await session.control({ type: 'undo' });
    expect(snapshotOf(session, wall).positions.n).toBeUndefined();
    expect(session.state()).toMatchObject({ undoLabel: 'create pod/a', canRedo: true });
    await session.control({ type: 'redo' });
    await session.control({ type: 'redo' });
    expect([snapshotOf(session, wall).positions.n, snapshotOf(session, wall).epoch, digestOf(session)]).toEqual([
      { x: 2, y: 2 },
      epoch,
      digest,
    ]);
    await session.control({ type: 'seek', atMs: 0 });
    await session.control({ type: 'seek', atMs: session.state().endMs });
    expect([snapshotOf(session, wall).positions.n, digestOf(session)]).toEqual([{ x: 2, y: 2 }, digest]);
  });

  test('an undone command does not come back by itself; a new one forgets it', async () => {
    const { session } = await startSession();
    await session.command(createPod('a'));
    await session.control({ type: 'undo' });
    await session.control({ type: 'seek', atMs: 500 });
    expect(session.query({ type: 'object', ref: { kind: 'Pod', namespace: 'default', name: 'a' } })).toEqual({
      ok: true,
      value: { object: null },
    });
    await session.command(createPod('b'));
    expect(session.state().canRedo).toBe(false);
  });

  test('going back keeps the later commands: playing on repeats them, a new command replaces them', async () => {
    const { session } = await busySession();
    const digest = digestOf(session);
    const { endMs } = session.state();
    await session.control({ type: 'seek', atMs: 5 });
    expect(session.state().canRedo).toBe(true);
    await session.control({ type: 'seek', atMs: endMs });
    expect(digestOf(session)).toBe(digest);
    await session.control({ type: 'seek', atMs: 5 });
    await session.command(createPod('z'));
    await session.control({ type: 'seek', atMs: endMs });
    expect(session.query({ type: 'object', ref: { kind: 'Pod', namespace: 'default', name: 'c' } })).toEqual({
      ok: true,
      value: { object: null },
    });
  });

  test('step back goes to the write before, step returns', async () => {
    const { session } = await startSession();
    await session.command(createPod('a'));
    const digests: string[] = [digestOf(session)];
    for (let i = 0; i < 5; i++) {
      await session.control({ type: 'step' });
      digests.push(digestOf(session));
    }
    for (let i = 4; i >= 0; i--) {
      await session.control({ type: 'stepBack' });
      expect(digestOf(session), `back to write ${i}`).toBe(digests[i]);
    }
    await session.control({ type: 'stepBack' });
    expect(session.query({ type: 'object', ref: { kind: 'Pod', namespace: 'default', name: 'a' } })).toEqual({
      ok: true,
      value: { object: null },
    });
  });

  test('a refused command is not journalled', async () => {
    const { session } = await startSession();
    await session.command(createPod('a'));
    expect(await session.command(createPod('a'))).toMatchObject({ ok: false, error: { code: 'AlreadyExists' } });
    expect(session.state().undoLabel).toBe('create pod/a');
    await session.control({ type: 'undo' });
    expect(session.state().canUndo).toBe(false);
  });
});

const timed = `apiVersion: stowage/v1alpha1
kind: Scenario
metadata: {name: timed}
spec:
  title: Timed
  steps:
    - at: 100ms
      do:
        type: create
        objects:
          - {apiVersion: v1, kind: Pod, metadata: {name: later}, spec: {containers: [{name: c, image: i}]}}
`;

describe('files', () => {
  test('bad text leaves the open playground untouched and tells all problems', async () => {
    const { session } = await busySession();
    const digest = digestOf(session);
    const outcome = await session.control({
      type: 'openText',
      name: 'x.yaml',
      text: 'kind: Pod\nmetadat: {}\n---\nking: Node\n',
    });
    expect(outcome.ok).toBe(false);
    expect(!outcome.ok && (outcome.error.problems?.length ?? 0)).toBeGreaterThan(1);
    expect(digestOf(session)).toBe(digest);
  });

  test.each([
    ['missing.yaml', undefined, /does not exist/],
    ['binary.yaml', Buffer.from([1, 2, 0, 3]), /no text file/],
    ['latin.yaml', Buffer.from([0x61, 0xff, 0xfe]), /not UTF-8/],
    ['huge.yaml', 50_000_000, /50\.0 MB/],
  ])('%s is refused with a reason', async (name, content, message) => {
    const { session, services } = await startSession();
    const path = join(services.userDataDir, name);
    if (typeof content === 'number') {
      writeFileSync(path, '');
      truncateSync(path, content);
    } else if (content) writeFileSync(path, content);
    session.allowPath(path);
    const outcome = await session.control({ type: 'openFile', path });
    expect(!outcome.ok && outcome.error.problems?.[0]).toMatchObject({ file: name, message: expect.stringMatching(message) });
  });

  test('a path that nobody chose is not opened', async () => {
    const { session } = await startSession();
    expect(await session.control({ type: 'openFile', path: '/etc/passwd' })).toMatchObject({
      ok: false,
      error: { code: 'Forbidden' },
    });
  });

  test('saving writes a file that opens to the same digest', async () => {
    const services = fakeServices();
    const path = join(services.userDataDir, 'mine.yaml');
    services.dialogs = { openPath: async () => path, savePath: async () => path };
    const { session } = await busySession(services);
    expect(session.dirty).toBe(true);
    expect(await session.control({ type: 'save' })).toEqual({ ok: true, value: null });
    expect(session.state()).toMatchObject({ dirty: false, fileName: 'mine.yaml' });
    const digest = digestOf(session);
    expect(await session.control({ type: 'new' })).toMatchObject({ ok: true });
    expect(digestOf(session)).not.toBe(digest);
    expect(await session.control({ type: 'openDialog' })).toEqual({ ok: true, value: null });
    expect(digestOf(session)).toBe(digest);
    expect(session.state()).toMatchObject({ dirty: false, problems: [], canUndo: true });
    expect(session.query({ type: 'recent' })).toEqual({ ok: true, value: { paths: [path] } });
  });

  test('a command given at the very instant of a scenario step is replayed on the right side of it', async () => {
    const { session, wall } = await startSession();
    expect(await session.control({ type: 'openText', name: 'timed.yaml', text: timed })).toEqual({ ok: true, value: null });
    await session.control({ type: 'seek', atMs: 100 });
    expect(session.state().pendingSteps).toBe(0);
    await session.command(createPod('mine'));
    await session.control({ type: 'play' });
    play(wall, 300);
    await session.control({ type: 'pause' });
    const digest = digestOf(session);
    const { endMs } = session.state();
    await session.control({ type: 'seek', atMs: 0 });
    expect(session.state().pendingSteps).toBe(1);
    await session.control({ type: 'seek', atMs: endMs });
    expect(digestOf(session)).toBe(digest);
  });

  test('the library lists its files and opens one without making it the file to save to', async () => {
    const services = fakeServices();
    mkdirSync(services.libraryDir);
    writeFileSync(join(services.libraryDir, 'timed.yaml'), timed);
    const { session } = await startSession(services);
    expect(session.query({ type: 'library' })).toEqual({
      ok: true,
      value: { entries: [{ id: 'timed', title: 'Timed', description: '' }] },
    });
    expect(await session.control({ type: 'openLibrary', id: '../timed' })).toMatchObject({
      ok: false,
      error: { code: 'NotFound' },
    });
    expect(await session.control({ type: 'openLibrary', id: 'timed' })).toEqual({ ok: true, value: null });
    expect(session.state()).toMatchObject({ title: 'Timed', fileName: 'timed.yaml', pendingSteps: 1 });
    expect(await session.control({ type: 'save' })).toMatchObject({ ok: false, error: { code: 'unsupported' } });
    await session.command(createPod('a'));
    expect(session.state().dirty).toBe(true);
    await session.control({ type: 'noteDownload', name: 'mine.yaml' });
    expect(session.state()).toMatchObject({ dirty: false, fileName: 'mine.yaml' });
  });
});

/** Leaves the autosave as a process killed just now would: under the number of a process that is gone. */
function killed(folder: string): string {
  const name = readdirSync(folder).find((file) => file.startsWith('autosave-'))!;
  const dead = join(folder, 'autosave-999999999-00.jsonl');
  renameSync(join(folder, name), dead);
  return dead;
}

describe('autosave', () => {
  test('after a kill the next start restores up to the last acknowledged command', async () => {
    const { session, services } = await busySession();
    await session.command(createPod('last'));
    const digest = digestOf(session);
    killed(services.userDataDir);
    const next = await startSession({ ...fakeServices(), userDataDir: services.userDataDir });
    expect(next.session.state().autosave).toMatchObject({ commands: 4 });
    expect(await next.session.control({ type: 'restoreAutosave' })).toEqual({ ok: true, value: null });
    await next.session.control({ type: 'redo' });
    expect(next.session.query({ type: 'object', ref: { kind: 'Pod', namespace: 'default', name: 'last' } })).toMatchObject({
      ok: true,
      value: { object: { kind: 'Pod' } },
    });
    expect(digestOf(next.session)).toBe(digest);
    expect(next.session.state()).toMatchObject({ autosave: null, dirty: true });
  });

  test('a torn last line is left out', async () => {
    const { session, services } = await startSession();
    await session.command(createPod('a'));
    await session.command(createPod('b'));
    const dead = killed(services.userDataDir);
    const text = readFileSync(dead, 'utf8').trimEnd();
    writeFileSync(dead, text.slice(0, -20));
    const next = await startSession({ ...fakeServices(), userDataDir: services.userDataDir });
    expect(next.session.state().autosave).toMatchObject({ commands: 1 });
    expect(await next.session.control({ type: 'restoreAutosave' })).toEqual({ ok: true, value: null });
    expect(next.session.state().undoLabel).toBe('create pod/a');
  });

  test('what was declined, closed knowingly or never touched is not offered', async () => {
    const { services } = await startSession();
    killed(services.userDataDir);
    const untouched = await startSession({ ...fakeServices(), userDataDir: services.userDataDir });
    expect(untouched.session.state().autosave).toBeNull();
    const busy = await busySession();
    killed(busy.services.userDataDir);
    await busy.session.close({ discard: true });
    const next = await startSession({ ...fakeServices(), userDataDir: busy.services.userDataDir });
    expect(next.session.state().autosave).not.toBeNull();
    await next.session.control({ type: 'discardAutosave' });
    expect(next.session.state().autosave).toBeNull();
    await next.session.close({ discard: true });
    expect(readdirSync(busy.services.userDataDir).filter((name) => name.startsWith('autosave'))).toEqual([]);
  });

  test('undo survives a kill', async () => {
    const { session, services } = await busySession();
    await session.control({ type: 'undo' });
    const digest = digestOf(session);
    killed(services.userDataDir);
    const next = await startSession({ ...fakeServices(), userDataDir: services.userDataDir });
    await next.session.control({ type: 'restoreAutosave' });
    expect(digestOf(next.session)).toBe(digest);
    expect(next.session.state()).toMatchObject({ canRedo: true });
  });
});
