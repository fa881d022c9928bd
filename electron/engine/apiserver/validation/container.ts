import { checkDnsLabel } from '#shared/kube/names.ts';
import type { Container } from '#shared/kube/types.ts';
import { validateEnv, validateEnvFrom } from './env.ts';
import { duplicate, type FieldError, forbidden, invalid, invalidEach, notFound, notSupported, required } from './errors.ts';
import { checkPortName, checkPortNumber } from './ports.ts';
import { validateLifecycle, validateProbe } from './probes.ts';
import { validateRequirements } from './resources.ts';

type Port = NonNullable<Container['ports']>[number];
type Mount = NonNullable<Container['volumeMounts']>[number];

function validatePorts(ports: readonly Port[], field: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  ports.forEach((port, index) => {
    const at = `${field}[${index}]`;
    if (port.name) {
      const problems = checkPortName(port.name);
      if (problems.length > 0) errors.push(...invalidEach(`${at}.name`, port.name, problems));
      else if (names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name));
      names.add(port.name);
    }
    if (!port.containerPort) errors.push(required(`${at}.containerPort`));
    else errors.push(...invalidEach(`${at}.containerPort`, port.containerPort, checkPortNumber(port.containerPort)));
    if (port.hostPort) errors.push(...invalidEach(`${at}.hostPort`, port.hostPort, checkPortNumber(port.hostPort)));
    if (!port.protocol) errors.push(required(`${at}.protocol`));
    else if (!['SCTP', 'TCP', 'UDP'].includes(port.protocol)) {
      errors.push(notSupported(`${at}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']));
    }
  });
  return errors;
}

/** Two containers of one pod can't listen on the same port of the host. Models checkHostPortConflicts. */
function validateHostPorts(containers: readonly Container[], field: string): FieldError[] {
  const taken = new Set<string>();
  return containers.flatMap((container, index) =>
    (container.ports ?? []).flatMap((port, portIndex) => {
      if (!port.hostPort) return [];
      const key = `${port.protocol ?? ''}/${port.hostIP ?? ''}/${port.hostPort}`;
      if (taken.has(key)) return [duplicate(`${field}[${index}].ports[${portIndex}].hostPort`, key)];
      taken.add(key);
      return [];
    }),
  );
}

function validateMounts(mounts: readonly Mount[], volumes: ReadonlySet<string>, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const paths = new Set<string>();
  mounts.forEach((mount, index) => {
    const at = `${field}[${index}]`;
    if (!mount.name) errors.push(required(`${at}.name`));
    else if (!volumes.has(mount.name)) errors.push(notFound(`${at}.name`, mount.name));
    if (!mount.mountPath) errors.push(required(`${at}.mountPath`));
    if (paths.has(mount.mountPath)) errors.push(invalid(`${at}.mountPath`, mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    if (mount.subPath && mount.subPathExpr) {
      errors.push(invalid(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
    }
    for (const name of ['subPath', 'subPathExpr'] as const) {
      const path = mount[name];
      if (path) errors.push(...validateDescendingPath(path, `${at}.${name}`));
    }
    const propagation = mount.mountPropagation;
    const known = ['Bidirectional', 'HostToContainer', 'None'];
    if (propagation && !known.includes(propagation)) errors.push(notSupported(`${at}.mountPropagation`, propagation, known));
  });
  return errors;
}

/** A relative path that stays below its start. Models validateLocalDescendingPath. */
export function validateDescendingPath(path: string, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (path.startsWith('/')) errors.push(invalid(field, path, 'must be a relative path'));
  if (path.split('/').includes('..')) errors.push(invalid(field, path, "must not contain '..'"));
  return errors;
}

/** What containers of every sort have in common. Models validateContainerCommon. */
function validateCommon(container: Container, volumes: ReadonlySet<string>, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!container.name) errors.push(required(`${field}.name`));
  else errors.push(...invalidEach(`${field}.name`, container.name, checkDnsLabel(container.name)));
  if (!container.image) errors.push(required(`${field}.image`));
  const policies = ['FallbackToLogsOnError', 'File'];
  const policy = container.terminationMessagePolicy;
  if (policy && !policies.includes(policy)) errors.push(notSupported(`${field}.terminationMessagePolicy`, policy, policies));
  errors.push(...validatePorts(container.ports ?? [], `${field}.ports`));
  errors.push(
    ...validateEnv(container.env ?? [], `${field}.env`),
    ...validateEnvFrom(container.envFrom ?? [], `${field}.envFrom`),
  );
  errors.push(...validateMounts(container.volumeMounts ?? [], volumes, `${field}.volumeMounts`));
  const pull = container.imagePullPolicy;
  const pulls = ['Always', 'IfNotPresent', 'Never'];
  if (pull !== undefined && !pulls.includes(pull)) errors.push(notSupported(`${field}.imagePullPolicy`, pull, pulls));
  errors.push(...validateRequirements(container.resources, `${field}.resources`));
  return errors;
}

/** What the containers of a pod are checked against. */
export interface ContainerContext {
  volumes: ReadonlySet<string>;
  gracePeriodSeconds: number;
}

/** The pod's containers. Models validateContainers. */
export function validateContainers(containers: readonly Container[], context: ContainerContext, field: string): FieldError[] {
  if (containers.length === 0) return [required(field)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  containers.forEach((container, index) => {
    const at = `${field}[${index}]`;
    errors.push(...validateCommon(container, context.volumes, at));
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    errors.push(...validateHooksAndProbes(container, context, at));
  });
  errors.push(...validateHostPorts(containers, field));
  return errors;
}

function validateHooksAndProbes(container: Container, context: ContainerContext, at: string): FieldError[] {
  const grace = context.gracePeriodSeconds;
  return [
    ...validateLifecycle(container.lifecycle, grace, `${at}.lifecycle`),
    ...validateProbe(container.livenessProbe, 'liveness', grace, `${at}.livenessProbe`),
    ...validateProbe(container.readinessProbe, 'readiness', grace, `${at}.readinessProbe`),
    ...validateProbe(container.startupProbe, 'startup', grace, `${at}.startupProbe`),
  ];
}

/** Init containers; only sidecars may have hooks and probes. Models validateInitContainers. */
export function validateInitContainers(
  inits: readonly Container[],
  regular: readonly Container[],
  context: ContainerContext,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set(regular.map((container) => container.name));
  inits.forEach((container, index) => {
    const at = `${field}[${index}]`;
    errors.push(...validateCommon(container, context.volumes, at));
    const policies = ['Always', 'Never', 'OnFailure'];
    const policy = container.restartPolicy;
    if (policy !== undefined && !policies.includes(policy)) errors.push(notSupported(`${at}.restartPolicy`, policy, policies));
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    else if (container.name) names.add(container.name);
    errors.push(
      ...validateHostPorts([container], field).map((error) => ({ ...error, field: error.field.replace(`${field}[0]`, at) })),
    );
    if (policy === 'Always') {
      errors.push(...validateHooksAndProbes(container, context, at));
      return;
    }
    for (const name of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
      if (container[name] === undefined) continue;
      errors.push(forbidden(`${at}.${name}`, 'may not be set for init containers without restartPolicy=Always'));
    }
  });
  return errors;
}

/** Ports of a pod on the host's network are the host's. Models validatePodHostNetworkDeps. */
export function validateHostNetworkPorts(containers: readonly Container[], field: string): FieldError[] {
  return containers.flatMap((container, index) =>
    (container.ports ?? []).flatMap((port, portIndex) =>
      port.hostPort === port.containerPort
        ? []
        : [
            invalid(
              `${field}[${index}].ports[${portIndex}].containerPort`,
              port.containerPort,
              'must match `hostPort` when `hostNetwork` is true',
            ),
          ],
    ),
  );
}
