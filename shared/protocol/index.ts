import type { Result } from '../core/result.ts';
import type { Command, CommandReply, Control } from './commands.ts';
import type { BridgeError, Frame } from './frames.ts';
import type { Query, QueryReply } from './queries.ts';

export * from './admission.ts';
export * from './advice.ts';
export * from './commands.ts';
export * from './explain.ts';
export * from './frames.ts';
export * from './metrics.ts';
export * from './queries.ts';
export * from './schedulers.ts';
export * from './settings.ts';
export { PROTOCOL_VERSION } from './version.ts';

/** What the preload exposes as `window.stowage` and what the browser host's client implements over WebSocket. */
export interface StowageBridge {
  readonly protocolVersion: number;
  command(command: Command): Promise<Result<CommandReply, BridgeError>>;
  control(control: Control): Promise<Result<null, BridgeError>>;
  query<Q extends Query>(query: Q): Promise<Result<QueryReply<Q['type']>, BridgeError>>;
  /** Starts the frame stream; the first frame is a snapshot. Returns the function that ends it. */
  onFrame(listener: (frame: Frame) => void): () => void;
  /** The renderer has applied the frame with this epoch and seq. */
  ack(epoch: number, seq: number): void;
  /** Asks for a snapshot frame. */
  resync(): void;
}
