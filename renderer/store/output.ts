import { create } from 'zustand';
import type { Command, CommandReply, Signal } from '#shared/protocol/index.ts';
import { commandLine } from './commandLine.ts';

/** One line of a command's output. */
export interface OutputLine {
  stream: 'stdout' | 'stderr';
  text: string;
}

/** A command given from this window and what it printed. `exitCode` null while it runs. */
export interface OutputEntry {
  commandId: string;
  /** The kubectl line that does the same, or a plain description. */
  line: string;
  output: readonly OutputLine[];
  exitCode: number | null;
}

const KEPT = 200;

/** Output of commands, oldest first. */
export const useOutput = create<{ entries: readonly OutputEntry[] }>()(() => ({ entries: [] }));

/** Notes a command that was accepted. */
export function recordReply(command: Command, reply: CommandReply): void {
  if (command.type === 'setPositions') return;
  const output = reply.lines.map((text) => ({ stream: 'stdout' as const, text }));
  useOutput.setState(({ entries }) => {
    const early = entries.find((old) => old.commandId === reply.commandId);
    const entry: OutputEntry = {
      commandId: reply.commandId,
      line: commandLine(command),
      output: [...output, ...(early?.output ?? [])],
      exitCode: early?.exitCode ?? (reply.running ? null : 0),
    };
    return { entries: [...entries.filter((old) => old !== early), entry].slice(-KEPT) };
  });
}

/** Notes a command that was refused. */
export function recordRefusal(command: Command, message: string): void {
  if (command.type === 'setPositions') return;
  const entry: OutputEntry = {
    commandId: `refused-${useOutput.getState().entries.length}-${commandLine(command)}`,
    line: commandLine(command),
    output: [{ stream: 'stderr', text: message }],
    exitCode: 1,
  };
  useOutput.setState(({ entries }) => ({ entries: [...entries, entry].slice(-KEPT) }));
}

let questions = 0;

/** Notes a question asked as a kubectl line, with its answer. */
export function recordQuestion(line: string, lines: readonly string[]): void {
  const output = lines.map((text) => ({ stream: 'stdout' as const, text }));
  const entry: OutputEntry = { commandId: `question-${++questions}`, line, output, exitCode: 0 };
  useOutput.setState(({ entries }) => ({ entries: [...entries, entry].slice(-KEPT) }));
}

/** Takes an `output` or `done` signal. A line may come before the reply does. */
export function recordSignal(signal: Signal): void {
  if (signal.type !== 'output' && signal.type !== 'done') return;
  useOutput.setState(({ entries }) => {
    const known = entries.find((entry) => entry.commandId === signal.commandId);
    const entry: OutputEntry = known ?? { commandId: signal.commandId, line: '', output: [], exitCode: null };
    const next: OutputEntry =
      signal.type === 'done'
        ? { ...entry, exitCode: signal.exitCode }
        : { ...entry, output: [...entry.output, { stream: signal.stream, text: signal.line }] };
    return { entries: known ? entries.map((old) => (old === known ? next : old)) : [...entries, next].slice(-KEPT) };
  });
}

/** Whether an entry's lines came as signals: it is a process, which a replay tells again. */
function isProcess(entry: OutputEntry): boolean {
  return entry.exitCode === null || entry.line === '' || entry.line.startsWith('kubectl drain');
}

let runs = 0;

/**
 * The cluster begins another run, in which the ids of commands start anew. Another playground begins with an empty log; after undo or a step
 * back the log stays, but for processes, which the replay tells again as far as it goes.
 */
export function beginRun(samePlayground: boolean): void {
  runs++;
  useOutput.setState(({ entries }) => ({
    entries: samePlayground
      ? entries.filter((entry) => !isProcess(entry)).map((entry) => ({ ...entry, commandId: `run-${runs}-${entry.commandId}` }))
      : [],
  }));
}
