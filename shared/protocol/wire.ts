import { z } from 'zod';
import { commandSchema, controlSchema } from './commands.ts';
import { querySchema } from './queries.ts';

/**
 * How the protocol travels. Both transports carry the same requests; only the envelope differs.
 *
 * Electron: `window.stowage` (StowageBridge) calls `ipcRenderer.invoke` on `WIRE_CHANNELS.request` with a WireRequest and gets the Result back;
 * `ack` and `resync` are `ipcRenderer.send` on `WIRE_CHANNELS.notice`; frames arrive on `WIRE_CHANNELS.frame`.
 *
 * Browser: the page lives at `http://127.0.0.1:PORT/?token=TOKEN`; its client opens `ws://127.0.0.1:PORT/ws?token=TOKEN` (host and token taken
 * from its own location) and speaks JSON text messages. Client to server: WireRequest, `{kind:'ack', epoch, seq}`, `{kind:'resync'}`.
 * Server to client: WireReply, `{kind:'frame', frame}`. The server starts the frame stream with the client's first `resync` (the client sends
 * one as soon as somebody listens) and closes the connection with code 1008 on a message it cannot parse. A second client may connect: each has
 * its own frame stream on the same session.
 */
export { WIRE_CHANNELS } from './channels.ts';

/** A question with an answer. `id` is chosen by the client and only has to be unused among its open requests. */
export const wireRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('command'), id: z.int(), payload: commandSchema }),
  z.strictObject({ kind: z.literal('control'), id: z.int(), payload: controlSchema }),
  z.strictObject({ kind: z.literal('query'), id: z.int(), payload: querySchema }),
]);
export type WireRequest = z.infer<typeof wireRequestSchema>;

/** Messages without an answer. */
export const wireNoticeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ack'), epoch: z.int(), seq: z.int() }),
  z.strictObject({ kind: z.literal('resync') }),
]);
export type WireNotice = z.infer<typeof wireNoticeSchema>;

/** Everything a browser client may send. */
export const wireClientMessageSchema = z.union([wireRequestSchema, wireNoticeSchema]);
export type WireClientMessage = z.infer<typeof wireClientMessageSchema>;

/** Everything the browser host sends. `result` is a Result; `frame` a Frame (the client trusts its own server and does not parse it again). */
export const wireServerMessageSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('reply'), id: z.int(), result: z.unknown() }),
  z.strictObject({ kind: z.literal('frame'), frame: z.unknown() }),
]);
export type WireServerMessage = z.infer<typeof wireServerMessageSchema>;
