import { err } from '#shared/core/result.ts';
import type { Frame } from '#shared/protocol/index.ts';
import { WIRE_CHANNELS, wireNoticeSchema } from '#shared/protocol/wire.ts';
import { dispatchUnknown, type FrameStream, type Session } from '../session/index.ts';

/** The part of a WebContents that the router uses. */
export interface Peer {
  readonly id: number;
  readonly mainFrame: FrameLike;
  isDestroyed(): boolean;
  send(channel: string, frame: Frame): void;
}

/** The part of a WebFrameMain that names a sender. */
export interface FrameLike {
  readonly url: string;
}

/** Who sent a message. `senderFrame` is null when the frame has gone already. */
export interface SenderEvent {
  readonly sender: { readonly id: number };
  readonly senderFrame: FrameLike | null;
}

/** The part of ipcMain that the router uses. */
export interface Ipc {
  handle(channel: string, listener: (event: SenderEvent, message: unknown) => Promise<unknown>): void;
  on(channel: string, listener: (event: SenderEvent, message: unknown) => void): void;
}

/**
 * Messages of the window. Each is checked in this order: the sender is the top frame of a known window and shows our own page; the message matches its
 * schema. What fails the first check is answered with `Forbidden`, the second with `BadMessage`; notices that fail are dropped.
 */
export class IpcRouter {
  private readonly session: Session;
  private readonly ownPage: (url: string) => boolean;
  private readonly peers = new Map<number, { peer: Peer; stream: FrameStream }>();

  constructor(session: Session, ownPage: (url: string) => boolean) {
    this.session = session;
    this.ownPage = ownPage;
  }

  /** Registers the channels; once per process. */
  listen(ipc: Ipc): void {
    ipc.handle(WIRE_CHANNELS.request, async (event, message) => {
      if (!this.trusted(event)) return err({ code: 'Forbidden', message: 'this sender may not use the playground' });
      return dispatchUnknown(this.session, message);
    });
    ipc.on(WIRE_CHANNELS.notice, (event, message) => {
      const known = this.trusted(event);
      const notice = wireNoticeSchema.safeParse(message);
      if (!known || !notice.success) return;
      if (notice.data.kind === 'resync') known.stream.resync();
      else known.stream.ack(notice.data.epoch, notice.data.seq);
    });
  }

  /** Lets a window take part. Returns the function that ends it. */
  attach(peer: Peer): () => void {
    const stream = this.session.openStream((frame) => {
      if (!peer.isDestroyed()) peer.send(WIRE_CHANNELS.frame, frame);
    });
    this.peers.set(peer.id, { peer, stream });
    return () => {
      this.session.closeStream(stream);
      this.peers.delete(peer.id);
    };
  }

  private trusted(event: SenderEvent): { stream: FrameStream } | undefined {
    const known = this.peers.get(event.sender.id);
    const { senderFrame } = event;
    if (!known || !senderFrame || senderFrame !== known.peer.mainFrame || !this.ownPage(senderFrame.url)) return undefined;
    return known;
  }
}
