import { create } from 'zustand';
import type { BridgeError } from '#shared/protocol/index.ts';

/** A short notice. Its texts are already in the person's language. */
export interface Toast {
  id: number;
  tone: 'info' | 'ok' | 'error';
  title: string;
  detail?: string;
  action?: { label: string; run: () => void };
}

export const useToasts = create<{ toasts: readonly Toast[] }>()(() => ({ toasts: [] }));

let nextId = 1;
const LONGEST = 4;

/** Shows a notice and returns its id. Errors stay until dismissed; others leave by themselves (see components/Toasts). */
export function showToast(toast: Omit<Toast, 'id'>): number {
  const id = nextId++;
  useToasts.setState(({ toasts }) => ({
    toasts: [...toasts.filter((old) => old.title !== toast.title), { ...toast, id }].slice(-LONGEST),
  }));
  return id;
}

export function dismissToast(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}

/** Second line of an error notice: the API server's own words and each field it names. */
export function describeError(error: BridgeError): string {
  const causes = (error.causes ?? []).map((cause) =>
    cause.field ? `${cause.field}: ${cause.message ?? ''}` : (cause.message ?? ''),
  );
  return causes.length > 1 ? causes.join('\n') : error.message;
}
