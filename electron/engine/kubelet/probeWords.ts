import type { Container } from '#shared/kube/types.ts';
import type { ProbeKind } from './behaviour.ts';
import type { Outcome } from './timeline.ts';

type Probe = NonNullable<Container['livenessProbe']>;

const TITLES: Readonly<Record<ProbeKind, string>> = { startup: 'Startup', liveness: 'Liveness', readiness: 'Readiness' };

/** Message of the Unhealthy event of a probe that did not pass, as the prober of that handler words it. Models pkg/probe. */
export function probeFailure(
  kind: ProbeKind,
  probe: Probe | undefined,
  container: Container,
  ip: string,
  outcome: Outcome,
): string {
  return `${TITLES[kind]} probe failed: ${reason(probe, container, ip, outcome === 'timeout')}`;
}

function reason(probe: Probe | undefined, container: Container, ip: string, timedOut: boolean): string {
  const seconds = probe?.timeoutSeconds ?? 1;
  if (probe?.exec !== undefined) {
    const command = probe.exec.command ?? [];
    if (timedOut) return `command timed out: "${command.join(' ')}" timed out after ${seconds}s`;
    return command[0] === 'cat' ? `cat: can't open '${command[1] ?? ''}': No such file or directory\n` : '';
  }
  if (probe?.tcpSocket !== undefined) {
    const address = `${probe.tcpSocket.host ?? ip}:${port(probe.tcpSocket.port, container)}`;
    return timedOut ? `dial tcp ${address}: i/o timeout` : `dial tcp ${address}: connect: connection refused`;
  }
  if (probe?.grpc !== undefined) {
    const address = `${ip}:${probe.grpc.port}`;
    return timedOut
      ? `timeout: failed to connect service "${address}" within ${seconds}s: context deadline exceeded`
      : 'service unhealthy (responded with "NOT_SERVING")';
  }
  if (!timedOut) return 'HTTP probe failed with statuscode: 500';
  const get = probe?.httpGet;
  const url = `${(get?.scheme ?? 'HTTP').toLowerCase()}://${get?.host ?? ip}:${port(get?.port ?? 80, container)}${get?.path ?? '/'}`;
  return `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
}

function port(wanted: number | string, container: Container): string {
  const named = container.ports?.find((entry) => entry.name === wanted);
  return String(named?.containerPort ?? wanted);
}
