import type { DrainOptions } from '#shared/protocol/index.ts';

/** A kubectl line about nodes, read. */
export interface NodeCommand {
  verb: 'cordon' | 'uncordon' | 'drain';
  nodes: string[];
  /** Label selector instead of names. */
  selector: string | undefined;
  dryRun: 'client' | 'server' | undefined;
  /** What kubectl says about the flags themselves. */
  warnings: string[];
  options: DrainOptions;
}

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** Go duration text in seconds; NaN when it is none. */
export function seconds(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.map((part) => part[0]).join('') !== text || text === '') return text === '0' ? 0 : Number.NaN;
  return parts.reduce((sum, part) => sum + Number(part[1]) * (UNITS[part[2] ?? ''] ?? Number.NaN), 0);
}

/** Reads `kubectl cordon|uncordon|drain ...`; undefined for any other line or an unknown flag. */
export function parseNodeCommand(line: string): NodeCommand | undefined {
  const [program, verb, ...words] = line.trim().split(/\s+/);
  if (program !== 'kubectl' || (verb !== 'cordon' && verb !== 'uncordon' && verb !== 'drain')) return undefined;
  const command: NodeCommand = { verb, nodes: [], selector: undefined, dryRun: undefined, warnings: [], options: {} };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) {
      command.nodes.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const flag = equals < 0 ? word : word.slice(0, equals);
    const inline = equals < 0 ? undefined : word.slice(equals + 1);
    const takesValue = VALUED.includes(flag);
    if (takesValue && inline === undefined) at += 1;
    if (!setFlag(command, flag, inline ?? (takesValue ? words[at] : undefined))) return undefined;
  }
  return command;
}

const VALUED: readonly string[] = ['-l', '--selector', '--timeout', '--grace-period', '--pod-selector', '-v'];

function setFlag(command: NodeCommand, flag: string, value: string | undefined): boolean {
  const { options } = command;
  const on = value !== 'false';
  switch (flag) {
    case '-l':
    case '--selector':
      command.selector = value ?? '';
      return true;
    case '--dry-run':
      if (value === undefined) command.warnings.push('--dry-run is deprecated and can be replaced with --dry-run=client.');
      command.dryRun = value === 'server' ? 'server' : value === 'none' ? undefined : 'client';
      return true;
    case '--ignore-daemonsets':
      options.ignoreDaemonSets = on;
      return true;
    case '--delete-emptydir-data':
      options.deleteEmptyDirData = on;
      return true;
    case '--force':
      options.force = on;
      return true;
    case '--disable-eviction':
      options.disableEviction = on;
      return true;
    case '--grace-period':
      options.gracePeriodSeconds = Number(value);
      return true;
    case '--timeout':
      options.timeoutSeconds = seconds(value ?? '');
      return true;
    case '--pod-selector':
      options.podSelector = value ?? '';
      return true;
    default:
      return flag === '-v';
  }
}
