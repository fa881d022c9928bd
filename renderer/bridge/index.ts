import type { StowageBridge } from '#shared/protocol/index.ts';
import { openSocketBridge } from './socket.ts';

declare global {
  interface Window {
    /** Put there by Electron's preload; absent in a plain browser. */
    readonly stowage?: StowageBridge;
  }
}

let bridge: StowageBridge | null = null;

/** The one typed client: the preload's where there is one, else a WebSocket to the host that served this page. */
export function getBridge(): StowageBridge {
  bridge ??= window.stowage ?? openSocketBridge();
  return bridge;
}
