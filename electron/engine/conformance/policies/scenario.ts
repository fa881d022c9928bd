import type { AnyObject, Status } from '#shared/kube/types.ts';

/** A request of a scenario with its answer. */
export interface PolicyRequest {
  readonly id: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly query?: Readonly<Record<string, string>> | null;
    readonly contentType?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly code: number;
  readonly response?: unknown;
  readonly warnings?: readonly string[];
}

/** A kubectl line of a scenario with what it printed. */
export interface PolicyCommand {
  readonly id: string;
  readonly command: string;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One of `policies/scenarios.json`. */
export interface PolicyScenario {
  readonly scenario: string;
  readonly otherObjects: readonly { readonly namespace: string; readonly object: AnyObject }[];
  readonly objects: readonly AnyObject[];
  readonly created: readonly { readonly kind: string; readonly code: number; readonly response: AnyObject | Status }[];
  readonly requests: readonly (PolicyRequest | PolicyCommand)[];
  readonly policyStatusAfter: readonly { readonly name: string; readonly status: unknown }[];
}
