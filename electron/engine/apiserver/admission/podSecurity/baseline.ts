import {
  bad,
  type Check,
  type CheckedHandler,
  containersOf,
  contextOf,
  distinct,
  hasUserNamespace,
  named,
  plural,
  quote,
  setters,
} from './visit.ts';

const DEFAULT_CAPABILITIES: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

/** Names of sysctls that are safe, by the version that brought them. */
const SYSCTLS: readonly (readonly [since: number, names: readonly string[]])[] = [
  [
    0,
    [
      'kernel.shm_rmid_forced',
      'net.ipv4.ip_local_port_range',
      'net.ipv4.tcp_syncookies',
      'net.ipv4.ping_group_range',
      'net.ipv4.ip_unprivileged_port_start',
    ],
  ],
  [27, ['net.ipv4.ip_local_reserved_ports']],
  [
    29,
    ['net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes'],
  ],
  [32, ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']],
];

const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';

/** Profile types that hide nothing: seccomp and AppArmor share them. */
export function isSafeProfile(type: string | undefined): boolean {
  return type === 'RuntimeDefault' || type === 'Localhost';
}

/** Models check_appArmorProfile. */
export const appArmorProfile: Check = (pod) => {
  const own = contextOf(pod).appArmorProfile;
  const inPod = own !== undefined && !isSafeProfile(own.type);
  const unsafe = bad(pod, ({ appArmorProfile: profile }) => profile !== undefined && !isSafeProfile(profile.type));
  const types = containersOf(pod).flatMap(({ securityContext }) => {
    const profile = securityContext?.appArmorProfile;
    return profile !== undefined && !isSafeProfile(profile.type) ? [profile.type ?? ''] : [];
  });
  const annotations = Object.entries(pod.metadata.annotations ?? {})
    .filter(([key]) => key.startsWith(APP_ARMOR))
    .filter(([, value]) => value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
  const values = [...distinct([...(inPod ? [own?.type ?? ''] : []), ...types]), ...annotations];
  const who = [
    setters(inPod, unsafe),
    ...(annotations.length > 0 ? [plural('annotation', 'annotations', annotations.length)] : []),
  ].filter((text) => text !== '');
  if (who.length === 0) return undefined;
  return {
    reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', values.length),
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quote(values)}`,
  };
};

/** Models check_capabilities_baseline. */
export const capabilitiesBaseline: Check = (pod) => {
  const extra = (add: readonly string[] | undefined): string[] => (add ?? []).filter((one) => !DEFAULT_CAPABILITIES.has(one));
  const names = bad(pod, ({ capabilities }) => extra(capabilities?.add).length > 0);
  if (names.length === 0) return undefined;
  const added = distinct(containersOf(pod).flatMap(({ securityContext }) => extra(securityContext?.capabilities?.add)));
  return {
    reason: 'non-default capabilities',
    detail: `${named(names)} must not include ${quote(added)} in securityContext.capabilities.add`,
  };
};

/** Models check_hostNamespaces. */
export const hostNamespaces: Check = ({ spec }) => {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter(
    (field) => (spec as unknown as Record<string, unknown>)[field] === true,
  );
  if (shared.length === 0) return undefined;
  return { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') };
};

/** Models check_hostPathVolumes. */
export const hostPathVolumes: Check = ({ spec }) => {
  const names = (spec.volumes ?? []).filter((volume) => 'hostPath' in volume).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', names.length)} ${quote(names)}` };
};

/** Models check_hostPorts. */
export const hostPorts: Check = (pod) => {
  const portsOf = (ports: readonly { hostPort?: number }[] | undefined): string[] =>
    (ports ?? []).flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));
  const names = bad(pod, (_context, { ports }) => portsOf(ports).length > 0);
  if (names.length === 0) return undefined;
  const ports = distinct(containersOf(pod).flatMap((container) => portsOf(container.ports)));
  const port = plural('hostPort', 'hostPorts', ports.length);
  return { reason: port, detail: `${named(names)} ${plural('uses', 'use', names.length)} ${port} ${ports.join(', ')}` };
};

/** Models check_hostProbesAndhostLifecycle. */
export const hostProbes: Check = (pod) => {
  const hostsOf = (handler: CheckedHandler | undefined): string[] =>
    [handler?.httpGet?.host, handler?.tcpSocket?.host].filter((host) => host !== undefined && host !== '') as string[];
  const names: string[] = [];
  const hosts: string[] = [];
  for (const { name, livenessProbe, readinessProbe, startupProbe, lifecycle } of containersOf(pod)) {
    const handlers = [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop];
    const own = handlers.flatMap(hostsOf);
    if (own.length === 0) continue;
    names.push(name);
    hosts.push(...own);
  }
  if (names.length === 0) return undefined;
  const [who, where] = [distinct(names), distinct(hosts)];
  const what = plural('probe or lifecycle host', 'probe or lifecycle hosts', where.length);
  return {
    reason: 'probe or lifecycle host',
    detail: `${named(who)} ${plural('uses', 'use', who.length)} ${what} ${quote(where)}`,
  };
};

/** Models check_privileged. */
export const privileged: Check = (pod) => {
  const names = bad(pod, (context) => context.privileged === true);
  if (names.length === 0) return undefined;
  return { reason: 'privileged', detail: `${named(names)} must not set securityContext.privileged=true` };
};

/** Models check_procMount. */
export const procMount: Check = (pod) => {
  const isOther = (type: string | undefined): boolean => type !== undefined && type !== 'Default';
  const names = bad(pod, (context) => isOther(context.procMount));
  if (names.length === 0) return undefined;
  const types = containersOf(pod).flatMap(({ securityContext }) =>
    isOther(securityContext?.procMount) ? [securityContext?.procMount ?? ''] : [],
  );
  return { reason: 'procMount', detail: `${named(names)} must not set securityContext.procMount to ${quote(distinct(types))}` };
};

/** Since 1.35 pods with a user namespace of their own may see more of /proc at baseline. */
export const procMountRelaxed: Check = (pod) => (hasUserNamespace(pod) ? undefined : procMount(pod));

/** Models check_seLinuxOptions. `types`: those that are allowed. */
export function seLinuxOptions(types: readonly string[]): Check {
  return (pod) => {
    const all = [contextOf(pod), ...containersOf(pod).map(({ securityContext }) => securityContext ?? {})];
    const isBad = (options: { type?: string; user?: string; role?: string } | undefined): boolean =>
      options !== undefined &&
      (!types.includes(options.type ?? '') || (options.user ?? '') !== '' || (options.role ?? '') !== '');
    const who = setters(
      isBad(contextOf(pod).seLinuxOptions),
      bad(pod, (context) => isBad(context.seLinuxOptions)),
    );
    if (who === '') return undefined;
    const options = all.map((context) => context.seLinuxOptions ?? {});
    const badTypes = distinct(options.flatMap(({ type }) => (types.includes(type ?? '') ? [] : [type ?? ''])));
    const data = [
      ...(badTypes.length > 0 ? [`${plural('type', 'types', badTypes.length)} ${quote(badTypes)}`] : []),
      ...(options.some(({ user }) => (user ?? '') !== '') ? ['user may not be set'] : []),
      ...(options.some(({ role }) => (role ?? '') !== '') ? ['role may not be set'] : []),
    ];
    return { reason: 'seLinuxOptions', detail: `${who} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}` };
  };
}

/** Until 1.19 seccomp profiles were annotations. Models seccompProfileBaseline_1_0. */
export const seccompAnnotations: Check = ({ metadata }) => {
  const isSafe = (value: string): boolean =>
    value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/');
  const found = Object.entries(metadata.annotations ?? {})
    .filter(([key, value]) => (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER)) && !isSafe(value))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  if (found.length === 0) return undefined;
  const list = distinct(found);
  return { reason: 'seccompProfile', detail: `forbidden ${plural('annotation', 'annotations', list.length)} ${list.join(', ')}` };
};

/** Models check_seccompProfile_baseline since 1.19. */
export const seccompBaseline: Check = (pod) => {
  const isBad = (profile: { type?: string } | undefined): boolean => profile !== undefined && !isSafeProfile(profile.type);
  const own = contextOf(pod).seccompProfile;
  const who = setters(
    isBad(own),
    bad(pod, (context) => isBad(context.seccompProfile)),
  );
  if (who === '') return undefined;
  const all = [own, ...containersOf(pod).map(({ securityContext }) => securityContext?.seccompProfile)];
  const types = distinct(all.filter(isBad).map((profile) => profile?.type ?? ''));
  return { reason: 'seccompProfile', detail: `${who} must not set securityContext.seccompProfile.type to ${quote(types)}` };
};

/** Models check_sysctls: what is safe has grown with the versions. */
export function sysctls(version: number): Check {
  const safe = new Set(SYSCTLS.flatMap(([since, names]) => (since <= version ? names : [])));
  return (pod) => {
    const names = (contextOf(pod).sysctls ?? []).map(({ name }) => name).filter((name) => !safe.has(name));
    return names.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: names.join(', ') };
  };
}

/** Models check_windowsHostProcess. */
export const windowsHostProcess: Check = (pod) => {
  const inPod = contextOf(pod).windowsOptions?.hostProcess === true;
  const who = setters(
    inPod,
    bad(pod, (context) => context.windowsOptions?.hostProcess === true),
  );
  if (who === '') return undefined;
  return { reason: 'hostProcess', detail: `${who} must not set securityContext.windowsOptions.hostProcess=true` };
};
