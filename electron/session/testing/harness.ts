import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command, Frame } from '#shared/protocol/index.ts';
import { Session } from '../session.ts';
import type { SessionServices, Wall } from '../types.ts';
import { FakeSimulation } from './fakeSimulation.ts';

/** Wall time that a test moves by hand. */
export class ManualWall implements Wall {
  private now = 0;
  private timers: { atMs: number; task: () => void }[] = [];

  nowMs(): number {
    return this.now;
  }

  date(): string {
    return `2026-05-01T00:00:${String(Math.floor(this.now / 1_000) % 60).padStart(2, '0')}Z`;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { atMs: this.now + delayMs, task };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  async breathe(): Promise<void> {}

  /** Lets wall time pass; timers fall due in order. */
  pass(ms: number): void {
    const endMs = this.now + ms;
    for (;;) {
      const next = this.timers.filter((timer) => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.now = Math.max(this.now, next.atMs);
      next.task();
    }
    this.now = endMs;
  }
}

/** Command that creates a pod. */
export function createPod(name: string): Command {
  return {
    type: 'create',
    objects: [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec: { containers: [{ name: 'c', image: 'i' }] },
      },
    ],
  };
}

/** Services over the fake engine and a temporary folder. */
export function fakeServices(change: Partial<SessionServices> = {}): SessionServices & { wall: ManualWall } {
  const folder = mkdtempSync(join(tmpdir(), 'stowage-session-'));
  const wall = new ManualWall();
  return {
    host: 'browser',
    version: '0.0.0',
    userDataDir: folder,
    libraryDir: join(folder, 'library'),
    dialogs: null,
    createSimulation: (options) => new FakeSimulation(options),
    ...change,
    wall,
  };
}

/** A started session with a renderer that acknowledges each frame at once. */
export async function startSession(
  services = fakeServices(),
): Promise<{ session: Session; wall: ManualWall; frames: Frame[]; services: SessionServices }> {
  const session = new Session(services);
  await session.start();
  const frames: Frame[] = [];
  const stream = session.openStream((frame) => {
    frames.push(frame);
    stream.ack(frame.epoch, frame.seq);
  });
  stream.resync();
  services.wall.pass(50);
  return { session, wall: services.wall, frames, services };
}

/** Digest of the session's engine. */
export function digestOf(session: Session): string {
  const reply = session.query({ type: 'digest' });
  if (!reply.ok || !('digest' in reply.value)) throw new Error('no digest');
  return reply.value.digest;
}
