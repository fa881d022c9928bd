import type { ObjectRef } from '#shared/kube/types.ts';
import type { Command, DrainOptions } from '#shared/protocol/index.ts';

function target(ref: ObjectRef): string {
  const namespace = ref.namespace !== '' && ref.namespace !== 'default' ? ` -n ${ref.namespace}` : '';
  return `${ref.kind.toLowerCase()}/${ref.name}${namespace}`;
}

function quote(value: string): string {
  return /^[\w.,:=/@%+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

function drainFlags(options: DrainOptions): string {
  const flags: string[] = [];
  if (options.ignoreDaemonSets) flags.push('--ignore-daemonsets');
  if (options.deleteEmptyDirData) flags.push('--delete-emptydir-data');
  if (options.force) flags.push('--force');
  if (options.disableEviction) flags.push('--disable-eviction');
  if (options.gracePeriodSeconds !== undefined && options.gracePeriodSeconds >= 0)
    flags.push(`--grace-period=${options.gracePeriodSeconds}`);
  if (options.timeoutSeconds) flags.push(`--timeout=${options.timeoutSeconds}s`);
  if (options.podSelector) flags.push(`--pod-selector=${quote(options.podSelector)}`);
  return flags.map((flag) => ` ${flag}`).join('');
}

function pairs(set: Record<string, string>, remove: readonly string[], overwrite: boolean | undefined): string {
  const words = [...Object.entries(set).map(([key, value]) => quote(`${key}=${value}`)), ...remove.map((key) => `${key}-`)];
  return `${words.join(' ')}${overwrite ? ' --overwrite' : ''}`;
}

/** The kubectl line that would do the same as a command; faults and layout, which kubectl does not know, are described instead. */
export function commandLine(command: Command): string {
  switch (command.type) {
    case 'apply':
    case 'create':
      return `kubectl ${command.type} -f -  # ${command.objects.map((o) => `${o.kind.toLowerCase()}/${o.metadata.name ?? '…'}`).join(', ')}`;
    case 'replace':
      return `kubectl replace -f -  # ${command.object.kind.toLowerCase()}/${command.object.metadata.name ?? ''}`;
    case 'patch':
      return `kubectl patch ${target(command.ref)} --type=${command.patchType} -p ${quote(JSON.stringify(command.patch))}`;
    case 'delete': {
      const words = command.refs.map(target).join(' ');
      const grace = command.gracePeriodSeconds === undefined ? '' : ` --grace-period=${command.gracePeriodSeconds}`;
      return `kubectl delete ${words}${grace}${command.force ? ' --force' : ''}`;
    }
    case 'evict':
      return `kubectl create --raw /api/v1/namespaces/${command.ref.namespace}/pods/${command.ref.name}/eviction -f -`;
    case 'scale':
      return `kubectl scale ${target(command.ref)} --replicas=${command.replicas}`;
    case 'setImage':
      return `kubectl set image ${target(command.ref)} ${command.container}=${command.image}`;
    case 'rolloutUndo':
      return `kubectl rollout undo ${target(command.ref)}${command.toRevision ? ` --to-revision=${command.toRevision}` : ''}`;
    case 'rolloutRestart':
      return `kubectl rollout restart ${target(command.ref)}`;
    case 'rolloutPause':
      return `kubectl rollout pause ${target(command.ref)}`;
    case 'rolloutResume':
      return `kubectl rollout resume ${target(command.ref)}`;
    case 'cordon':
    case 'uncordon':
      return `kubectl ${command.type} ${command.node}`;
    case 'drain':
      return `kubectl drain ${command.node}${drainFlags(command.options)}`;
    case 'taint': {
      const add = command.add.map((t) => `${t.key}${t.value === undefined ? '' : `=${t.value}`}:${t.effect}`);
      const remove = command.remove.map((t) => `${t.key}${t.effect ? `:${t.effect}` : ''}-`);
      return `kubectl taint nodes ${command.node} ${[...add, ...remove].join(' ')}${command.overwrite ? ' --overwrite' : ''}`;
    }
    case 'label':
    case 'annotate':
      return `kubectl ${command.type} ${target(command.ref)} ${pairs(command.set, command.remove, command.overwrite)}`;
    case 'setLoad': {
      const annotation = command.ref.kind === 'Pod' ? 'stowage.dev/usage' : 'stowage.dev/load';
      return annotateLine(
        command.ref,
        command.load === null ? [`${annotation}-`] : [`${annotation}=${JSON.stringify(command.load)}`],
      );
    }
    case 'setReadiness':
      return annotateLine(command.ref, [`stowage.dev/ready=${command.ready}`]);
    case 'setProbe': {
      const whose = command.container === undefined ? '' : `.${command.container}`;
      const said = `stowage.dev/${command.probe}${whose}=${command.outcome}`;
      // Readiness that was told without a probe must not stand against it.
      return annotateLine(command.ref, command.probe === 'readiness' ? [said, 'stowage.dev/ready-'] : [said]);
    }
    case 'sequence':
      return command.commands.map(commandLine).join(' && ');
    default:
      return `# ${describeFault(command)}`;
  }
}

/** A setting of the simulation lives in an annotation; setting that annotation does the same. */
function annotateLine(ref: ObjectRef, changes: readonly string[]): string {
  const overwrite = changes.some((change) => change.includes('=')) ? ' --overwrite' : '';
  return `kubectl annotate ${target(ref)} ${changes.map(quote).join(' ')}${overwrite}`;
}

function describeFault(command: Command): string {
  if ('node' in command) return `${command.type} ${command.node}`;
  if ('ref' in command) return `${command.type} ${target(command.ref)}`;
  if ('configuration' in command || command.type === 'removeScheduler') return `${command.type} ${command.name}`;
  if ('component' in command) return `${command.type} ${command.component}`;
  return command.type;
}
