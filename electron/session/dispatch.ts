import { err } from '#shared/core/result.ts';
import type { BridgeError } from '#shared/protocol/index.ts';
import { type WireRequest, wireRequestSchema } from '#shared/protocol/wire.ts';
import { bridgeError } from './problems.ts';
import type { Session } from './session.ts';
import type { Outcome } from './types.ts';

/** Carries out a request that has passed its schema. */
export async function dispatch(session: Session, request: WireRequest): Promise<Outcome<unknown>> {
  switch (request.kind) {
    case 'command':
      return session.command(request.payload);
    case 'control':
      return session.control(request.payload);
    case 'query':
      return request.payload.type === 'compare' ? session.compare(request.payload) : session.query(request.payload);
  }
}

/** What is wrong with a message, for its sender. */
export function badMessage(issues: readonly { path: PropertyKey[]; message: string }[]): BridgeError {
  const text = issues.map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`).join('; ');
  return bridgeError('BadMessage', `the message does not match the protocol: ${text}`);
}

/** Checks and carries out a request of unknown shape; never throws. */
export async function dispatchUnknown(session: Session, message: unknown): Promise<Outcome<unknown>> {
  const request = wireRequestSchema.safeParse(message);
  if (!request.success) return err(badMessage(request.error.issues));
  return dispatch(session, request.data);
}
