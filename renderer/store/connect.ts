import { getBridge } from '../bridge/index.ts';
import { onLink } from '../bridge/socket.ts';
import { type FrameStep, onFrameStep, onSignal, takeFrame, useCluster } from './cluster.ts';
import { beginRun, recordSignal } from './output.ts';
import { type Language, setLanguage, useView } from './view.ts';

/** Starts the frame stream and keeps the mirror in step. Returns the function that ends it. */
export function connect(): () => void {
  const bridge = getBridge();
  let waiting = false;
  let greeted = false;
  const stop = bridge.onFrame((frame) => {
    if (waiting && !frame.snapshot) return; // differences sent before the snapshot that was asked for
    if (takeFrame(frame) === 'resync') {
      waiting = true;
      bridge.resync();
      return;
    }
    waiting = false;
    if (!greeted) agreeOnLanguage(frame.session.language);
    greeted = true;
    if (useView.getState().connection !== 'live') useView.setState({ connection: 'live' });
    bridge.ack(frame.epoch, frame.seq);
  });
  const stopLink = onLink((connection) => useView.setState({ connection: connection === 'lost' ? 'lost' : 'connecting' }));
  const stopOutput = onSignal(recordSignal);
  const stopRuns = onFrameStep(noticeRun);
  // A selected object that is gone, for good, leaves the selection.
  const stopPrune = useCluster.subscribe((state, before) => {
    if (
      state.pods !== before.pods ||
      state.nodes !== before.nodes ||
      state.deployments !== before.deployments ||
      state.workloads !== before.workloads
    )
      pruneSelection();
  });
  return () => {
    stop();
    stopLink();
    stopOutput();
    stopRuns();
    stopPrune();
  };
}

/** The host remembers the language that was chosen; when none was, it is told that of the system, for its menus and the scenarios' own words. */
function agreeOnLanguage(host: Language | null): void {
  const { language } = useView.getState();
  if (host === language) return;
  if (host) setLanguage(host);
  else if (language !== 'en') void getBridge().control({ type: 'setLanguage', language });
}

function noticeRun({ before, after }: FrameStep): void {
  if (!before.ready || before.epoch === after.epoch) return;
  beginRun(before.session?.title === after.session?.title && before.session?.fileName === after.session?.fileName);
}

function pruneSelection(): void {
  const { selection } = useView.getState();
  if (selection.length === 0) return;
  const { pods, nodes, deployments, workloads } = useCluster.getState();
  const alive = selection.filter((key) => {
    if (key.startsWith('Pod/')) return pods.has(key);
    if (key.startsWith('Node/')) return nodes.has(key.slice('Node//'.length));
    if (key.startsWith('Deployment/')) return deployments.has(key);
    if (/^(StatefulSet|DaemonSet|Job|CronJob|ReplicationController)\//.test(key)) return workloads.has(key);
    return true;
  });
  if (alive.length !== selection.length) useView.setState({ selection: alive });
}
