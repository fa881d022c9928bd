/** Names of Electron's IPC channels; the preload needs nothing else of the wire, so they stand without the schemas. */
export const WIRE_CHANNELS = { request: 'stowage:request', notice: 'stowage:notice', frame: 'stowage:frame' } as const;
