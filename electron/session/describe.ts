import type { ObjectRef } from '#shared/kube/types.ts';
import type { Command, CommandReply } from '#shared/protocol/index.ts';

function target(ref: ObjectRef): string {
  const namespace = ref.namespace === '' || ref.namespace === 'default' ? '' : ` -n ${ref.namespace}`;
  return `${ref.kind.toLowerCase()}/${ref.name}${namespace}`;
}

function names(objects: readonly { kind: string; metadata: { name?: string | undefined } }[]): string {
  const [first] = objects;
  if (!first) return '';
  const rest = objects.length > 1 ? ` and ${objects.length - 1} more` : '';
  return `${first.kind.toLowerCase()}/${first.metadata.name ?? ''}${rest}`;
}

function pairs(set: Readonly<Record<string, string>>, remove: readonly string[]): string {
  return [...Object.entries(set).map(([key, value]) => `${key}=${value}`), ...remove.map((key) => `${key}-`)].join(' ');
}

/** A command in one line, as close to the kubectl line that does the same as one can be: label of undo and text of a timeline mark. */
export function describeCommand(command: Command): string {
  switch (command.type) {
    case 'apply':
    case 'create':
      return `${command.type} ${names(command.objects)}`;
    case 'replace':
      return `replace ${names([command.object])}`;
    case 'delete': {
      const [first] = command.refs;
      const rest = command.refs.length > 1 ? ` and ${command.refs.length - 1} more` : '';
      return `delete ${first ? target(first) : ''}${rest}`;
    }
    case 'patch':
    case 'evict':
      return `${command.type} ${target(command.ref)}`;
    case 'scale':
      return `scale ${target(command.ref)} --replicas=${command.replicas}`;
    case 'setImage':
      return `set image ${target(command.ref)} ${command.container}=${command.image}`;
    case 'rolloutUndo':
      return `rollout undo ${target(command.ref)}`;
    case 'rolloutRestart':
      return `rollout restart ${target(command.ref)}`;
    case 'rolloutPause':
      return `rollout pause ${target(command.ref)}`;
    case 'rolloutResume':
      return `rollout resume ${target(command.ref)}`;
    case 'taint': {
      const add = command.add.map((taint) => `${taint.key}${taint.value === undefined ? '' : `=${taint.value}`}:${taint.effect}`);
      const remove = command.remove.map((taint) => `${taint.key}${taint.effect === undefined ? '' : `:${taint.effect}`}-`);
      return `taint node ${command.node} ${[...add, ...remove].join(' ')}`;
    }
    case 'label':
    case 'annotate':
      return `${command.type} ${target(command.ref)} ${pairs(command.set, command.remove)}`;
    case 'cordon':
    case 'uncordon':
    case 'drain':
      return `${command.type} ${command.node}`;
    case 'cancelDrain':
      return `stop draining ${command.node}`;
    case 'crashNode':
      return `crash ${command.node}`;
    case 'partitionNode':
      return `partition ${command.node}`;
    case 'recoverNode':
      return `recover ${command.node}`;
    case 'shutdownNode':
      return `shut down ${command.node}`;
    case 'setNodePressure':
      return `${command.available === null ? 'end' : 'put'} ${command.signal} pressure ${command.available === null ? 'of' : 'on'} ${command.node}`;
    case 'failContainer':
      return `fail container ${command.container} of ${target(command.ref)}`;
    case 'setReadiness':
      return `set ${target(command.ref)} ${command.ready ? 'ready' : 'not ready'}`;
    case 'setProbe':
      return `let the ${command.probe} probe of ${target(command.ref)} ${command.outcome}`;
    case 'setLoad':
      return `${command.load === null ? 'take the load off' : 'put load on'} ${target(command.ref)}`;
    case 'stopComponent':
      return `stop ${command.component}`;
    case 'startComponent':
      return `start ${command.component}`;
    case 'sequence':
      return command.commands.map(describeCommand).join(', then ');
    case 'configureScheduler':
      return `configure ${command.name}`;
    case 'addScheduler':
      return `add scheduler ${command.name}`;
    case 'removeScheduler':
      return `remove scheduler ${command.name}`;
    case 'setPositions':
      return `move ${Object.keys(command.positions).join(', ')}`;
  }
}

/** What setPositions answers; it never reaches the engine, so it carries no process id. */
export function layoutReply(command: Extract<Command, { type: 'setPositions' }>): CommandReply {
  return { commandId: 'layout', lines: Object.keys(command.positions).map((name) => `node/${name} moved`), running: false };
}
