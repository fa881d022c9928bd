import { useState } from 'react';
import type { Command } from '#shared/protocol/index.ts';
import { sendCommand } from '../../store/actions.ts';
import { closeDialog } from '../../store/view.ts';

/** Sends the dialog's command; closes on success, keeps the refusal beside the form otherwise. */
export function useSubmit(): { error: string | null; busy: boolean; submit: (command: Command, after?: () => void) => void } {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  return {
    error,
    busy,
    submit: (command, after) => {
      setBusy(true);
      void sendCommand(command, { quiet: true }).then((answer) => {
        setBusy(false);
        if (!answer.ok) {
          const causes = (answer.error.causes ?? []).map((cause) => `${cause.field ?? ''}: ${cause.message ?? ''}`);
          return setError(causes.length > 0 ? causes.join('\n') : answer.error.message);
        }
        closeDialog();
        after?.();
      });
    },
  };
}

/** The API server's refusal, in its own words. */
export function Refusal({ error }: { error: string | null }) {
  if (error === null) return null;
  return (
    <p className="refused" role="alert">
      {error}
    </p>
  );
}
