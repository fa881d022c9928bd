/** Facts of nodes/drain.json as they are stored. */
export interface CapturedPod {
  name: string;
  node: string | null;
  phase: string;
  deleting: boolean;
  owner: string | null;
  disruptionTarget: { status: string; reason: string; message: string }[];
}

export interface CapturedNode {
  unschedulable: boolean | null;
  taints: { key: string; value: string | null; effect: string }[];
}

export interface CapturedBudget {
  name: string;
  status: { disruptionsAllowed: number; currentHealthy: number; desiredHealthy: number; expectedPods: number };
  conditions: { type: string; status: string; reason: string; message: string }[];
}

/** State of the case's namespace and of the node that is drained. */
export interface CapturedState {
  pods: CapturedPod[];
  'node dr-1': CapturedNode;
  pdbs: CapturedBudget[];
}

export interface CommandStep {
  command: string;
  exitCode: number;
  stdout: string;
  stderr: string;
  seconds: number;
}

export interface RequestStep {
  request: {
    method: string;
    path: string;
    body: { metadata: { name: string; namespace: string }; deleteOptions?: { preconditions?: { uid?: string } } };
  };
  code: number;
  body: Record<string, unknown>;
}

/** One case: state, then steps in order, then state. */
export interface DrainCase {
  id: string;
  setup: string;
  before?: CapturedState;
  steps: (CommandStep | RequestStep)[];
  after: CapturedState;
}
