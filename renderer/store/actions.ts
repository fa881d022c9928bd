import type { Result } from '#shared/core/result.ts';
import type { BridgeError, Command, CommandReply, Control, Query, QueryReply } from '#shared/protocol/index.ts';
import { getBridge } from '../bridge/index.ts';
import { translate } from '../i18n/index.ts';
import { recordRefusal, recordReply } from './output.ts';
import { describeError, showToast } from './toasts.ts';
import { openDialog } from './view.ts';

/** A bridge that throws (a closed window, a lost socket) is an ordinary failure to the caller. */
async function guarded<T>(call: () => Promise<Result<T, BridgeError>>): Promise<Result<T, BridgeError>> {
  try {
    return await call();
  } catch (error) {
    return { ok: false, error: { code: 'Disconnected', message: error instanceof Error ? error.message : String(error) } };
  }
}

/** Shows a failure: a list of problems as a dialog, anything else as a notice; what the person cancelled not at all. */
export function report(error: BridgeError, title: string): void {
  if (error.code.toLowerCase() === 'cancelled') return;
  if (error.problems && error.problems.length > 0) openDialog({ type: 'problems', problems: error.problems, title });
  else showToast({ tone: 'error', title, detail: describeError(error) });
}

/**
 * Gives a command. A refusal is shown as a notice (`quiet`: only returned, for dialogs that show it beside the field) and noted in the output.
 */
export async function sendCommand(command: Command, options?: { quiet?: boolean }): Promise<Result<CommandReply, BridgeError>> {
  const result = await guarded(() => getBridge().command(command));
  if (result.ok) recordReply(command, result.value);
  else {
    recordRefusal(command, result.error.message);
    if (!options?.quiet) report(result.error, translate('shell:refused'));
  }
  return result;
}

/** Gives a control; a failure is shown as a notice, a list of problems as a dialog. */
export async function sendControl(control: Control, options?: { quiet?: boolean }): Promise<Result<null, BridgeError>> {
  const result = await guarded(() => getBridge().control(control));
  if (!result.ok && !options?.quiet)
    report(result.error, translate(control.type.startsWith('open') ? 'shell:openFailed' : 'shell:refused'));
  return result;
}

/** Asks a question; errors are the caller's to show. */
export function ask<Q extends Query>(query: Q): Promise<Result<QueryReply<Q['type']>, BridgeError>> {
  return guarded(() => getBridge().query(query));
}
