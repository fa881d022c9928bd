import { contextBridge, ipcRenderer } from 'electron';
import { WIRE_CHANNELS } from '../shared/protocol/channels.ts';
import type { Frame, StowageBridge } from '../shared/protocol/index.ts';
import { PROTOCOL_VERSION } from '../shared/protocol/version.ts';

let nextId = 1;

function request(kind: 'command' | 'control' | 'query', payload: unknown): Promise<never> {
  return ipcRenderer.invoke(WIRE_CHANNELS.request, { kind, id: nextId++, payload }) as Promise<never>;
}

const listeners = new Set<(frame: Frame) => void>();
ipcRenderer.on(WIRE_CHANNELS.frame, (_event, frame: Frame) => {
  for (const listener of listeners) listener(frame);
});

const bridge = {
  protocolVersion: PROTOCOL_VERSION,
  command: (command) => request('command', command),
  control: (control) => request('control', control),
  query: (query) => request('query', query),
  onFrame: (listener) => {
    listeners.add(listener);
    bridge.resync();
    return () => {
      listeners.delete(listener);
    };
  },
  ack: (epoch, seq) => ipcRenderer.send(WIRE_CHANNELS.notice, { kind: 'ack', epoch, seq }),
  resync: () => ipcRenderer.send(WIRE_CHANNELS.notice, { kind: 'resync' }),
} satisfies StowageBridge;

contextBridge.exposeInMainWorld('stowage', bridge);
