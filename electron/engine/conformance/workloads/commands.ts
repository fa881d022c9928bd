import type { Result } from '#shared/core/result.ts';
import { resolveResource } from '#shared/kube/registry.ts';
import { parseTaintChange } from '#shared/kube/taints.ts';
import type { ObjectRef, Status } from '#shared/kube/types.ts';
import { cordonNode } from '../../kubectl/cordon.ts';
import { label, taint } from '../../kubectl/mark.ts';
import { rolloutPause, rolloutRestart, rolloutUndo, scale } from '../../kubectl/rollout.ts';
import { rolloutHistory, rolloutStatus } from '../../kubectl/rolloutViews.ts';
import { deletedLine, printError } from '../../kubectl/words.ts';
import type { WorkloadLab } from './lab.ts';
import type { CapturedCommand } from './scenario.ts';

type Answer = Required<CapturedCommand>;

interface Line {
  words: string[];
  options: ReadonlyMap<string, string>;
}

function parse(command: string): Line {
  const parts = command.split(/\s+/).slice(1);
  const options = parts.filter((part) => part.startsWith('--')).map((part) => part.slice(2).split('='));
  return {
    words: parts.filter((part) => !part.startsWith('-')),
    options: new Map(options.map(([name = '', value = 'true']) => [name, value])),
  };
}

/** Runs a kubectl line of the capture on the lab; throws for one that this program has no words for. */
export function runCommand(lab: WorkloadLab, command: string): Answer {
  const { words, options } = parse(command);
  const [verb = '', ...rest] = words;
  const { client } = lab.cluster;
  switch (verb) {
    case 'rollout':
      return rollout(lab, command, rest, options);
    case 'scale':
      return said(command, scale(client, reference(lab, rest), Number(options.get('replicas'))));
    case 'delete':
      return remove(lab, command, reference(lab, rest));
    case 'taint': {
      const change = parseTaintChange(command.split(/\s+/).slice(4));
      if (!change.ok) throw new Error(change.error);
      return said(command, taint(client, rest[1] ?? '', { ...change.value, overwrite: options.has('overwrite') }));
    }
    case 'cordon':
    case 'uncordon': {
      const done = cordonNode(client, rest[0] ?? '', verb === 'cordon');
      return said(command, done.ok ? { ok: true, value: [done.value] } : done);
    }
    case 'label': {
      const marks = rest.slice(2);
      const set = Object.fromEntries(
        marks.filter((mark) => mark.includes('=')).map((mark) => mark.split('=') as [string, string]),
      );
      const gone = marks.filter((mark) => mark.endsWith('-')).map((mark) => mark.slice(0, -1));
      return said(
        command,
        label(client, reference(lab, rest.slice(0, 2)), { set, remove: gone, overwrite: options.has('overwrite') }),
      );
    }
    default:
      throw new Error(`no words for: ${command}`);
  }
}

/** Object of `ds/agent`, or of `ds agent`. */
function reference(lab: WorkloadLab, words: readonly string[]): ObjectRef {
  const [resource = '', name = ''] = words[0]?.includes('/') === true ? words[0].split('/') : words;
  const info = resolveResource(resource);
  if (info === undefined) throw new Error(`no resource ${resource}`);
  return { kind: info.kind, namespace: info.namespaced ? lab.namespace : '', name };
}

function rollout(lab: WorkloadLab, command: string, words: readonly string[], options: ReadonlyMap<string, string>): Answer {
  const [verb = '', ...rest] = words;
  const { cluster } = lab;
  const ref = reference(lab, rest);
  switch (verb) {
    case 'status': {
      const { lines, done, error } = rolloutStatus(cluster.client, ref);
      if (error !== undefined) return { command, exitCode: 1, stdout: '', stderr: `${printError(error)}\n` };
      const stdout = `${lines.join('\n')}\n`;
      return done ? { command, exitCode: 0, stdout, stderr: '' } : { command, exitCode: 1, stdout, stderr: TIMED_OUT };
    }
    case 'history': {
      const text = rolloutHistory(cluster.ctx, cluster.client, ref);
      if (!text.ok) return { command, exitCode: 1, stdout: '', stderr: `${printError(text.error)}\n` };
      return { command, exitCode: 0, stdout: `${text.value.join('\n')}\n`, stderr: '' };
    }
    case 'undo':
      return said(command, rolloutUndo(cluster.ctx, cluster.client, ref, Number(options.get('to-revision') ?? 0)));
    case 'restart':
      return said(command, rolloutRestart(cluster.client, ref, cluster.core.clock.timestamp()));
    case 'pause':
    case 'resume':
      return said(command, rolloutPause(cluster.client, ref, verb === 'pause'));
    default:
      throw new Error(`no words for: ${command}`);
  }
}

const TIMED_OUT = 'error: timed out waiting for the condition\n';

function remove(lab: WorkloadLab, command: string, ref: ObjectRef): Answer {
  const gone = lab.cluster.client.delete(ref, { propagationPolicy: 'Background' });
  return said(command, gone.ok ? { ok: true, value: [deletedLine(ref, false)] } : gone);
}

function said(command: string, answer: Result<readonly string[], Status>): Answer {
  if (answer.ok) return { command, exitCode: 0, stdout: answer.value.map((text) => `${text}\n`).join(''), stderr: '' };
  return { command, exitCode: 1, stdout: '', stderr: `${printError(answer.error)}\n` };
}
