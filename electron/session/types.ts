import type { Simulation, SimulationOptions } from '#engine/types.ts';
import type { Result } from '#shared/core/result.ts';
import type { BridgeError, Command } from '#shared/protocol/index.ts';

/** Wall time and waiting, injected so that tests can drive them. */
export interface Wall {
  /** Monotonic milliseconds. */
  nowMs(): number;
  /** RFC 3339 date and time, for people. */
  date(): string;
  /** Calls back after at least delayMs; the returned function cancels. */
  after(delayMs: number, task: () => void): () => void;
  /** Lets windows, menus and sockets have their turn. */
  breathe(): Promise<void>;
}

/** Dialogs of a host that has its own; null answers mean the person closed the dialog. */
export interface Dialogs {
  openPath(): Promise<string | null>;
  savePath(suggestedName: string, kind: 'scenario' | 'manifests'): Promise<string | null>;
}

/** What a session needs from its host. */
export interface SessionServices {
  host: 'electron' | 'browser';
  version: string;
  /** Folder for settings, recent files and the autosave journal. */
  userDataDir: string;
  /** Folder of the shipped scenarios. */
  libraryDir: string;
  wall: Wall;
  dialogs: Dialogs | null;
  createSimulation: (options: SimulationOptions) => Simulation;
  /** Told when the recent files or the language have changed (application menu). */
  onSettings?: (settings: { recent: readonly string[]; language: 'en' | 'ko' | null }) => void;
  /** Told about failures that have no caller (autosave disk full). */
  onProblem?: (message: string) => void;
}

/** An exact point of a run. Without `tasks`: after everything due up to nowMs. */
export interface Point {
  nowMs: number;
  tasks?: number;
}

/** One command in the journal. `revision`: of the store just before it was given. */
export interface Entry {
  point: Point;
  command: Command;
  revision: number;
}

/** Failure of a control, query or command as it travels to the renderer. */
export type Outcome<T> = Result<T, BridgeError>;
