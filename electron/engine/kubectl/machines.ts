import { err, ok, type Result } from '#shared/core/result.ts';
import type { Node, Status } from '#shared/kube/types.ts';
import type { SingleCommand } from '#shared/protocol/index.ts';
import type { Client, ComponentContext } from '../client/types.ts';
import type { Kubelets } from '../kubelet/index.ts';
import { PRESSURE_ANNOTATION, type Pressure, readPressure } from '../kubelet/pressure.ts';
import { clientError, line } from './words.ts';

type Lines = Result<string[], Status>;
type PressureCommand = Extract<SingleCommand, { type: 'setNodePressure' }>;
type ShutdownCommand = Extract<SingleCommand, { type: 'shutdownNode' }>;

/**
 * Something outside of pods takes so much of a machine that only this is left of it, or (null) lets go of it. It is kept in the node's annotation, so
 * that it is saved and seen; what pods give back later is left beside it.
 */
export function setNodePressure(client: Client, kubelet: Pick<Kubelets, 'outsideFor'>, command: PressureCommand): Lines {
  const { node: name, signal, available } = command;
  const found = client.get('Node', '', name);
  if (!found.ok) return found;
  const amounts: Partial<Record<Pressure, string>> = { ...amountsOf(found.value) };
  delete amounts[signal];
  if (available !== null) {
    const used = kubelet.outsideFor(name, { pressure: signal, available });
    if (!used.ok) return err(clientError(`cannot put node "${name}" under pressure: ${used.error}`));
    amounts[signal] = used.value;
  }
  // An empty one stays: by it a kubelet that was away knows that the pressure has gone.
  const patch = { metadata: { annotations: { [PRESSURE_ANNOTATION]: JSON.stringify(amounts) } } };
  const ref = { kind: 'Node', namespace: '', name };
  const patched = client.patch(ref, 'merge', patch);
  if (!patched.ok) return patched;
  return ok([line(ref, available === null ? `${signal} pressure removed` : `${signal} pressure set`)]);
}

function amountsOf(node: Node): Partial<Record<Pressure, string>> {
  const text = node.metadata.annotations?.[PRESSURE_ANNOTATION];
  const read = text === undefined ? undefined : readPressure(text);
  return read?.ok === true ? read.value : {};
}

/** Shuts a machine down in order: pods end, critical ones last, then it is off until it is recovered. */
export function shutdownNode(
  ctx: ComponentContext,
  client: Client,
  kubelet: Pick<Kubelets, 'shutDown'>,
  command: ShutdownCommand,
): Lines {
  const { node: name, graceSeconds, criticalGraceSeconds } = command;
  const found = client.get('Node', '', name);
  if (!found.ok) return found;
  const settings = ctx.config.kubelet.shutdown;
  const graceMs = graceSeconds === undefined ? settings.graceMs : graceSeconds * 1000;
  const criticalGraceMs =
    criticalGraceSeconds === undefined ? Math.min(settings.criticalGraceMs, graceMs) : criticalGraceSeconds * 1000;
  if (criticalGraceMs > graceMs)
    return err(clientError('the grace period of critical pods must not be longer than the whole grace period'));
  const given = graceSeconds !== undefined || criticalGraceSeconds !== undefined;
  const done = kubelet.shutDown(name, { graceMs, criticalGraceMs, byPriority: given ? [] : settings.byPriority });
  return ok([line({ kind: 'Node', namespace: '', name }, done === true ? 'shutting down' : 'not shutting down')]);
}
