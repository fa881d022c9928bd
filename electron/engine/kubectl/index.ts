import { compareStrings } from '#shared/core/compare.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import type { AnyObject, ObjectRef, Pod, Status } from '#shared/kube/types.ts';
import type { Command, CommandReply, DrainOptions, DrainPreview, SingleCommand } from '#shared/protocol/index.ts';
import type { Client, ComponentContext } from '../client/types.ts';
import type { Faults } from '../faults/index.ts';
import { READY_ANNOTATION } from '../kubelet/behaviour.ts';
import type { Kubelets } from '../kubelet/index.ts';
import { applyWriter, createWriter, writeAll } from './apply.ts';
import { cordonNode } from './cordon.ts';
import { Drain, podsOfNode } from './drain.ts';
import { setLoad } from './load.ts';
import { setNodePressure, shutdownNode } from './machines.ts';
import { annotate, forEachChosen, label, taint } from './mark.ts';
import { setProbe } from './probes.ts';
import { rolloutPause, rolloutRestart, rolloutUndo, scale, setImage } from './rollout.ts';
import { clientError, deletedLine, line, printError } from './words.ts';

/** What commands act on besides the API. */
export interface KubectlDeps {
  faults: Faults;
  kubelet: Pick<Kubelets, 'cancelShutdown' | 'failContainer' | 'outsideFor' | 'shutDown'>;
  /** The schedulers by component name; configurations are checked there. */
  schedulers: {
    configure(name: string, configuration: unknown): Result<string[], Status>;
    add(name: string, configuration: unknown): Result<string[], Status>;
    remove(name: string): Result<string[], Status>;
  };
  /** Stops or starts a component by name; false when there is none of that name or nothing changes. */
  stopComponent(name: string): boolean;
  startComponent(name: string): boolean;
}

/** The commands of the protocol, as the user kubernetes-admin gives them. */
export interface Kubectl {
  /** Carries a command out now. A refused one changes nothing. */
  execute(command: Command): Result<CommandReply, Status>;
  /** What a drain of the node would meet. */
  drainPreview(node: string, options: DrainOptions): Result<DrainPreview, Status>;
  /** What an eviction of the pod would meet. */
  evictionPreview(pod: Pod): DrainPreview['evict'][number];
  /** Nodes with a drain at work. */
  running(): string[];
}

type Lines = Result<string[], Status>;

/** kubectl on the virtual clock: instant commands and the drain process. */
export function createKubectl(ctx: ComponentContext, deps: KubectlDeps): Kubectl {
  return new KubectlCommands(ctx, deps);
}

const FORCED =
  'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.';
const PROPAGATION = { background: 'Background', foreground: 'Foreground', orphan: 'Orphan' } as const;

class KubectlCommands implements Kubectl {
  readonly #ctx: ComponentContext;
  readonly #deps: KubectlDeps;
  readonly #client: Client;
  readonly #drains = new Map<string, Drain>();
  #commands = 0;
  /** Warnings of the server not printed yet, and those of the present command printed already: kubectl prints each once. */
  #warnings: string[] = [];
  readonly #warned = new Set<string>();

  constructor(ctx: ComponentContext, deps: KubectlDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
    this.#client = ctx.client('kubernetes-admin', (text) => this.#warnings.push(text));
  }

  execute(command: Command): Result<CommandReply, Status> {
    this.#commands += 1;
    const commandId = `command-${this.#commands}`;
    if (command.type === 'drain') return this.#drain(command.node, command.options, commandId);
    if (command.type === 'sequence') return this.#sequence(command.commands, commandId);
    const done = this.#runWarned(command);
    return done.ok ? ok({ commandId, lines: done.value, running: false }) : done;
  }

  /** One command with the warnings it brought before its lines. */
  #runWarned(command: Exclude<SingleCommand, { type: 'drain' }>): Lines {
    this.#warnings = [];
    this.#warned.clear();
    const done = this.#run(command);
    return done.ok ? ok([...this.#takeWarnings(), ...done.value]) : done;
  }

  /** Models client-go rest.WarningWriter with Deduplicate. */
  #takeWarnings(): string[] {
    const fresh = [...new Set(this.#warnings)].filter((text) => !this.#warned.has(text));
    for (const text of fresh) this.#warned.add(text);
    this.#warnings = [];
    return fresh.map((text) => `Warning: ${text}`);
  }

  /** What is done stays done when a later command is refused, so only the first one can refuse the whole. */
  #sequence(commands: readonly SingleCommand[], commandId: string): Result<CommandReply, Status> {
    const lines: string[] = [];
    for (const [index, command] of commands.entries()) {
      const done = command.type === 'drain' ? err(clientError('a drain cannot be part of a sequence')) : this.#runWarned(command);
      if (!done.ok && index === 0) return done;
      lines.push(...(done.ok ? done.value : [printError(done.error)]));
      if (!done.ok) break;
    }
    return ok({ commandId, lines, running: false });
  }

  running(): string[] {
    return [...this.#drains.keys()].sort(compareStrings);
  }

  drainPreview(node: string, options: DrainOptions): Result<DrainPreview, Status> {
    const found = this.#client.get('Node', '', node);
    if (!found.ok) return found;
    const list = podsOfNode(this.#ctx, node, options);
    return ok({
      evict: list.pods.map((pod) => this.evictionPreview(pod)),
      skipped: list.kept.map(({ pod, reason }) => ({ pod: podName(pod), reason })),
      errors: list.errors,
      warnings: list.warnings === '' ? [] : [list.warnings],
    });
  }

  evictionPreview(pod: Pod): DrainPreview['evict'][number] {
    const budgets = this.#ctx.informer('PodDisruptionBudget').lister.list(pod.metadata.namespace);
    const covering = budgets.filter((budget) => matchLabelSelector(budget.spec.selector, pod.metadata.labels));
    const [budget] = covering;
    if (budget === undefined) return { pod: podName(pod), blocked: false };
    const dryRun = this.#client.evict(pod.metadata.namespace ?? '', pod.metadata.name, { dryRun: true });
    const allowed = budget.status?.disruptionsAllowed ?? 0;
    return { pod: podName(pod), budget: covering.map(({ metadata }) => metadata.name).join(', '), allowed, blocked: !dryRun.ok };
  }

  #drain(node: string, options: DrainOptions, commandId: string): Result<CommandReply, Status> {
    const found = this.#client.get('Node', '', node);
    if (!found.ok) return found;
    if (this.#drains.has(node)) return err(clientError(`node "${node}" is being drained already`));
    const drain = new Drain(this.#ctx, this.#client, [node], options, {
      out: (text) => this.#ctx.emit({ type: 'output', commandId, stream: 'stdout', line: text }),
      err: (text) => this.#ctx.emit({ type: 'output', commandId, stream: 'stderr', line: text }),
      done: (exitCode) => {
        this.#drains.delete(node);
        this.#ctx.emit({ type: 'done', commandId, exitCode });
      },
    });
    this.#drains.set(node, drain);
    drain.start();
    return ok({ commandId, lines: [], running: !drain.finished });
  }

  #run(command: Exclude<SingleCommand, { type: 'drain' }>): Lines {
    const client = this.#client;
    switch (command.type) {
      case 'apply':
        return writeAll(command.objects as AnyObject[], applyWriter(client), () => this.#takeWarnings());
      case 'create':
        return writeAll(command.objects as AnyObject[], createWriter(client), () => this.#takeWarnings());
      case 'replace':
        return this.#replace(command.object as AnyObject);
      case 'patch':
        return this.#patch(command.ref, command.patchType, command.patch);
      case 'delete':
        return this.#delete(command);
      case 'evict':
        return said(client.evict(command.ref.namespace, command.ref.name), line(command.ref, 'evicted'));
      case 'scale':
        return scale(client, command.ref, command.replicas);
      case 'setImage':
        return setImage(client, command.ref, command.container, command.image);
      case 'rolloutUndo':
        return rolloutUndo(this.#ctx, client, command.ref, command.toRevision ?? 0);
      case 'rolloutRestart':
        return rolloutRestart(client, command.ref, this.#ctx.clock.timestamp());
      case 'rolloutPause':
      case 'rolloutResume':
        return rolloutPause(client, command.ref, command.type === 'rolloutPause');
      case 'label':
        return forEachChosen(this.#ctx, command.ref, command, (ref) =>
          label(client, ref, { ...command, overwrite: command.overwrite ?? false }),
        );
      case 'annotate':
        return forEachChosen(this.#ctx, command.ref, command, (ref) =>
          annotate(client, ref, { ...command, overwrite: command.overwrite ?? false }),
        );
      default:
        return this.#runOnCluster(command);
    }
  }

  /** Commands about nodes, machines and components. */
  #runOnCluster(command: Command): Lines {
    switch (command.type) {
      case 'cordon':
      case 'uncordon': {
        const done = cordonNode(this.#client, command.node, command.type === 'cordon');
        return done.ok ? ok([done.value]) : done;
      }
      case 'cancelDrain':
        return this.#cancelDrain(command.node);
      case 'taint':
        return forEachChosen(this.#ctx, { kind: 'Node', namespace: '', name: command.node }, command, ({ name }) =>
          taint(this.#client, name, {
            add: command.add.map(({ key, value, effect }) => ({ key, effect, ...(value ? { value } : {}) })),
            remove: command.remove,
            overwrite: command.overwrite ?? false,
          }),
        );
      case 'crashNode':
      case 'partitionNode':
      case 'recoverNode':
        return this.#fault(command.node, command.type);
      case 'shutdownNode':
        return shutdownNode(this.#ctx, this.#client, this.#deps.kubelet, command);
      case 'setNodePressure':
        return setNodePressure(this.#client, this.#deps.kubelet, command);
      case 'failContainer':
        return this.#failContainer(command.ref, command.container, command.exitCode);
      case 'setReadiness':
        return this.#setReadiness(command.ref, command.ready);
      case 'setProbe':
        return setProbe(this.#client, command);
      case 'setLoad':
        return setLoad(this.#client, command.ref, command.load);
      case 'configureScheduler':
        return this.#deps.schedulers.configure(command.name, command.configuration);
      case 'addScheduler':
        return this.#deps.schedulers.add(command.name, command.configuration);
      case 'removeScheduler':
        return this.#deps.schedulers.remove(command.name);
      case 'stopComponent':
      case 'startComponent':
        return this.#switchComponent(command.component, command.type === 'startComponent');
      default:
        return err(clientError(`${command.type} is carried out elsewhere`));
    }
  }

  #replace(object: AnyObject): Lines {
    const namespaced = this.#client.update(object);
    return namespaced.ok ? ok([line(refOfStored(namespaced.value), 'replaced')]) : namespaced;
  }

  #patch(ref: ObjectRef, type: 'merge' | 'strategic', patch: unknown): Lines {
    const before = this.#client.get(ref.kind, ref.namespace, ref.name);
    if (!before.ok) return before;
    const patched = this.#client.patch(ref, type, patch);
    if (!patched.ok) return patched;
    const changed = patched.value.metadata.resourceVersion !== before.value.metadata.resourceVersion;
    return ok([line(ref, changed ? 'patched' : 'patched (no change)')]);
  }

  /** Zero grace without force waits for the machine all the same, so kubectl asks for one second. Models kubectl/pkg/cmd/delete. */
  #delete(command: Extract<Command, { type: 'delete' }>): Lines {
    const force = command.force === true;
    const asked = command.gracePeriodSeconds ?? (force ? 0 : undefined);
    const gracePeriodSeconds = asked === 0 && !force ? 1 : asked;
    const forced = force && gracePeriodSeconds === 0;
    for (const ref of command.refs) {
      const found = this.#client.get(ref.kind, ref.namespace, ref.name);
      if (!found.ok) return found;
    }
    const lines: string[] = forced ? [FORCED] : [];
    for (const ref of command.refs) {
      const deleted = this.#client.delete(ref, {
        propagationPolicy: PROPAGATION[command.cascade ?? 'background'],
        ...(gracePeriodSeconds === undefined || gracePeriodSeconds < 0 ? {} : { gracePeriodSeconds }),
      });
      // An owner deleted just before may have taken this one along.
      if (!deleted.ok && deleted.error.code !== 404) return deleted;
      lines.push(deletedLine(ref, forced));
    }
    return ok(lines);
  }

  #cancelDrain(node: string): Lines {
    const drain = this.#drains.get(node);
    if (drain === undefined) return err(clientError(`node "${node}" is not being drained`));
    drain.cancel();
    return ok([]);
  }

  #fault(node: string, type: 'crashNode' | 'partitionNode' | 'recoverNode'): Lines {
    const found = this.#client.get('Node', '', node);
    if (!found.ok) return found;
    const { faults } = this.#deps;
    const ref = { kind: 'Node', namespace: '', name: node };
    if (type === 'recoverNode' && this.#deps.kubelet.cancelShutdown(node)) return ok([line(ref, 'shutdown cancelled')]);
    const [done, word] =
      type === 'crashNode'
        ? [faults.crash(node), 'crashed']
        : type === 'partitionNode'
          ? [faults.partition(node), 'partitioned']
          : [faults.recover(node), 'recovered'];
    return ok([line(ref, done ? word : `not ${word}`)]);
  }

  #failContainer(ref: ObjectRef, container: string, exitCode: number): Lines {
    const found = this.#client.get('Pod', ref.namespace, ref.name);
    if (!found.ok) return found;
    const refused = this.#deps.kubelet.failContainer(ref.namespace, ref.name, container, exitCode);
    if (refused !== undefined) return err(clientError(`cannot fail container "${container}" of pod "${ref.name}": ${refused}`));
    return ok([line(ref, `container ${container} exited with code ${exitCode}`)]);
  }

  /** Readiness is told through an annotation, so that it is saved with the pod. */
  #setReadiness(ref: ObjectRef, ready: boolean): Lines {
    const patch = { metadata: { annotations: { [READY_ANNOTATION]: String(ready) } } };
    return said(this.#client.patch({ ...ref, kind: 'Pod' }, 'merge', patch), line(ref, ready ? 'set ready' : 'set not ready'));
  }

  #switchComponent(name: string, start: boolean): Lines {
    const done = start ? this.#deps.startComponent(name) : this.#deps.stopComponent(name);
    if (!done) return err(clientError(`component "${name}" is unknown or ${start ? 'started' : 'stopped'} already`));
    return ok([`component/${name} ${start ? 'started' : 'stopped'}`]);
  }
}

function said(answer: Result<unknown, Status>, text: string): Lines {
  return answer.ok ? ok([text]) : answer;
}

function podName(pod: Pod): string {
  return `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
}

function refOfStored(object: AnyObject): ObjectRef {
  return { kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name };
}
