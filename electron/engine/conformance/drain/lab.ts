import { matchRequirements, parseSelector } from '#shared/kube/labels.ts';
import type { AnyObject, PodDisruptionBudget } from '#shared/kube/types.ts';
import { loadObjects } from '../../apiserver/load.ts';
import { createControllers } from '../../controllers/index.ts';
import { createCore, type EngineCore } from '../../core.ts';
import { createFaults } from '../../faults/index.ts';
import { cordonNode } from '../../kubectl/cordon.ts';
import { Drain } from '../../kubectl/drain.ts';
import { printError } from '../../kubectl/words.ts';
import { createKubelets } from '../../kubelet/index.ts';
import { createScheduler } from '../../scheduler/index.ts';
import { runLoop } from '../../sim/loop.ts';
import type { CapturedPod, CapturedState } from './cases.ts';
import { type NodeCommand, parseNodeCommand } from './commandLine.ts';

/** Longest a command may take, in virtual milliseconds. */
const COMMAND_LIMIT_MS = 300_000;
/** What kubectl needs for one request of its own, so that commands on several nodes are not all at one instant. */
const REQUEST_MS = 150;

/** What a command printed and how it ended. */
export interface Outcome {
  exitCode: number;
  stdout: string[];
  stderr: string[];
}

/** A whole cluster whose machines are quick, as the capture's fake kubelet was: pods end at once and run within a fraction of a second. */
export class DrainLab {
  readonly #core: EngineCore;

  constructor(objects: AnyObject[]) {
    const quick = { syncMs: 0, imagePullMs: 0, containerStartMs: 300, readyMs: 0, terminationMs: 0 };
    this.#core = createCore({ seed: 1, config: { kubelet: quick, scheduler: { cycleMs: 0 } } });
    const { context, server, store } = this.#core;
    const loaded = loadObjects(server, store, objects);
    if (!loaded.ok)
      throw new Error(
        loaded.error
          .map(({ index, status }) => `${objects[index]?.kind}/${objects[index]?.metadata.name}: ${status.message}`)
          .join('; '),
      );
    for (const component of [createScheduler(context), ...createControllers(context), createKubelets(context, createFaults())])
      component.start();
  }

  runFor(ms: number): void {
    const { clock, store } = this.#core;
    runLoop(clock, () => store.revision, { untilMs: clock.nowMs + ms });
  }

  /** Runs a line to its end; undefined for lines that are not about cordoning or draining. */
  run(line: string): Outcome | undefined {
    const command = parseNodeCommand(line);
    if (command === undefined) return undefined;
    const outcome: Outcome = { exitCode: 0, stdout: [], stderr: [...command.warnings] };
    const nodes = command.selector === undefined ? command.nodes : this.#selected(command.selector);
    if (command.verb === 'drain') this.#drain(nodes, command, outcome);
    else this.#cordon(nodes, command, outcome);
    return outcome;
  }

  evict(namespace: string, name: string, uid: string | undefined) {
    const client = this.#core.context.client('kubernetes-admin');
    const answer = client.evict(namespace, name, uid === undefined ? {} : { preconditions: { uid } });
    const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
    const { reason, ...failure } = answer.ok ? { ...success, reason: '' } : answer.error;
    this.runFor(100);
    return { code: answer.ok ? 201 : answer.error.code, body: reason === '' ? failure : { ...failure, reason } };
  }

  /** State in the capture's form. */
  state(namespace: string): CapturedState {
    const { context } = this.#core;
    const node = context.informer('Node').lister.get('', 'dr-1');
    const pods = context.informer('Pod').lister.list(namespace);
    return {
      pods: pods.map(
        (pod): CapturedPod => ({
          name: pod.metadata.name,
          node: pod.spec.nodeName ?? null,
          phase: pod.status.phase ?? '',
          deleting: pod.metadata.deletionTimestamp !== undefined,
          owner: pod.metadata.ownerReferences?.[0]?.kind ?? null,
          disruptionTarget: (pod.status.conditions ?? [])
            .filter(({ type }) => type === 'DisruptionTarget')
            .map(({ status, reason = '', message = '' }) => ({ status, reason, message })),
        }),
      ),
      'node dr-1': {
        unschedulable: node?.spec.unschedulable ?? null,
        taints: (node?.spec.taints ?? []).map(({ key, value, effect }) => ({ key, value: value ?? null, effect })),
      },
      pdbs: context.informer('PodDisruptionBudget').lister.list(namespace).map(budgetState),
    };
  }

  #selected(selector: string): string[] {
    const parsed = parseSelector(selector);
    const nodes = this.#core.context.informer('Node').lister.list();
    return nodes
      .filter((node) => parsed.ok && matchRequirements(parsed.value, node.metadata.labels))
      .map((node) => node.metadata.name);
  }

  #cordon(nodes: readonly string[], command: NodeCommand, outcome: Outcome): void {
    for (const node of nodes) {
      const done = cordonNode(this.#core.context.client('kubernetes-admin'), node, command.verb === 'cordon', command.dryRun);
      if (done.ok) outcome.stdout.push(done.value);
      else {
        outcome.stderr.push(printError(done.error));
        outcome.exitCode = 1;
      }
      this.runFor(REQUEST_MS);
    }
  }

  #drain(nodes: readonly string[], command: NodeCommand, outcome: Outcome): void {
    const { context, clock, store } = this.#core;
    const drain = new Drain(context, context.client('kubernetes-admin'), nodes, command.options, {
      out: (text) => outcome.stdout.push(text),
      err: (text) => outcome.stderr.push(text),
      done: (exitCode) => {
        outcome.exitCode = exitCode;
      },
    });
    drain.start();
    runLoop(clock, () => store.revision, { untilMs: clock.nowMs + COMMAND_LIMIT_MS, stop: () => drain.finished });
  }
}

function budgetState({ metadata, status }: PodDisruptionBudget): CapturedState['pdbs'][number] {
  const { disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods, observedGeneration } = status;
  const conditions = (status.conditions ?? []).map(({ type, status: state, reason = '', message = '' }) => ({
    type,
    status: state,
    reason,
    message,
  }));
  return {
    name: metadata.name,
    status: {
      ...(observedGeneration === undefined ? {} : { observedGeneration }),
      disruptionsAllowed,
      currentHealthy,
      desiredHealthy,
      expectedPods,
    },
    conditions,
  };
}
