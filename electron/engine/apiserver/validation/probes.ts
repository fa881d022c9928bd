import type { Container } from '#shared/kube/types.ts';
import { type FieldError, forbidden, invalid, invalidEach, notNegative, notSupported, required } from './errors.ts';
import { checkHeaderName, checkPortName, checkPortNumber } from './ports.ts';

type Probe = NonNullable<Container['livenessProbe']>;
type Lifecycle = NonNullable<Container['lifecycle']>;
type Handler = NonNullable<Lifecycle['postStart']> & { grpc?: { port: number } };

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

function validatePort(port: number | string | undefined, field: string): FieldError[] {
  if (typeof port === 'string') return invalidEach(field, port, checkPortName(port));
  return invalidEach(field, port ?? 0, checkPortNumber(port ?? 0));
}

/** Exactly one way to act, and that one complete. Models validateHandler. */
function validateHandler(handler: Handler, gracePeriodSeconds: number, field: string): FieldError[] {
  const errors: FieldError[] = [];
  let count = 0;
  for (const name of HANDLERS) {
    if (handler[name] === undefined) continue;
    count++;
    if (count > 1) errors.push(forbidden(`${field}.${name}`, 'may not specify more than 1 handler type'));
    else errors.push(...validateAction(handler, name, gracePeriodSeconds, `${field}.${name}`));
  }
  if (count === 0) errors.push(required(field, 'must specify a handler type'));
  return errors;
}

function validateAction(handler: Handler, name: (typeof HANDLERS)[number], grace: number, field: string): FieldError[] {
  switch (name) {
    case 'exec':
      return (handler.exec?.command?.length ?? 0) === 0 ? [required(`${field}.command`)] : [];
    case 'httpGet': {
      const get = handler.httpGet;
      const errors = get?.path ? [] : [required(`${field}.path`)];
      errors.push(...validatePort(get?.port, `${field}.port`));
      const schemes = ['HTTP', 'HTTPS'];
      if (get?.scheme !== undefined && !schemes.includes(get.scheme))
        errors.push(notSupported(`${field}.scheme`, get.scheme, schemes));
      for (const header of get?.httpHeaders ?? []) {
        errors.push(...invalidEach(`${field}.httpHeaders`, header.name, checkHeaderName(header.name)));
      }
      return errors;
    }
    case 'tcpSocket':
      return validatePort(handler.tcpSocket?.port, `${field}.port`);
    case 'grpc':
      return validatePort(handler.grpc?.port, `${field}.port`);
    case 'sleep': {
      const seconds = handler.sleep?.seconds ?? 0;
      if (seconds >= 0 && seconds <= grace) return [];
      return [invalid(field, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`)];
    }
  }
}

/** A probe, when there is one: liveness and startup need exactly one success. Models validateProbe and its callers. */
export function validateProbe(
  probe: Probe | undefined,
  use: 'liveness' | 'readiness' | 'startup',
  gracePeriodSeconds: number,
  field: string,
): FieldError[] {
  if (probe === undefined) return [];
  const errors = validateHandler(probe, gracePeriodSeconds, field);
  for (const name of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const) {
    errors.push(...notNegative(`${field}.${name}`, probe[name]));
  }
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0)
    errors.push(invalid(`${field}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
  if (use === 'readiness') {
    if (grace !== undefined) {
      errors.push(invalid(`${field}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes'));
    }
  } else if ((probe.successThreshold ?? 1) !== 1) {
    errors.push(invalid(`${field}.successThreshold`, probe.successThreshold, 'must be 1'));
  }
  return errors;
}

/** Hooks after the start and before the stop. Models validateLifecycle. */
export function validateLifecycle(lifecycle: Lifecycle | undefined, gracePeriodSeconds: number, field: string): FieldError[] {
  if (lifecycle === undefined) return [];
  return (['postStart', 'preStop'] as const).flatMap((name) => {
    const handler = lifecycle[name];
    return handler === undefined ? [] : validateHandler(handler, gracePeriodSeconds, `${field}.${name}`);
  });
}
