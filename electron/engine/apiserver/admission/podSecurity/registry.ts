import * as baseline from './baseline.ts';
import type { LevelVersion } from './policy.ts';
import * as restricted from './restricted.ts';
import type { Check, CheckedPod, Violation } from './visit.ts';

/** Minor version of Kubernetes that the newest rules are of. */
const NEWEST = 36;

/** A check: what it is for each version since which its rules have changed. `instead`: the baseline check that it replaces at restricted. */
interface Versioned {
  readonly id: string;
  readonly since: readonly (readonly [version: number, check: Check])[];
  readonly instead?: string;
}

const SELINUX = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

/** By their names in byte order. Models policy registry: baseline checks come before restricted ones. */
const BASELINE: readonly Versioned[] = [
  { id: 'appArmorProfile', since: [[0, baseline.appArmorProfile]] },
  { id: 'capabilities_baseline', since: [[0, baseline.capabilitiesBaseline]] },
  { id: 'hostNamespaces', since: [[0, baseline.hostNamespaces]] },
  { id: 'hostPathVolumes', since: [[0, baseline.hostPathVolumes]] },
  { id: 'hostPorts', since: [[0, baseline.hostPorts]] },
  { id: 'hostProbesAndHostLifecycle', since: [[34, baseline.hostProbes]] },
  { id: 'privileged', since: [[0, baseline.privileged]] },
  {
    id: 'procMount',
    since: [
      [0, baseline.procMount],
      [35, baseline.procMountRelaxed],
    ],
  },
  {
    id: 'seLinuxOptions',
    since: [
      [0, baseline.seLinuxOptions(SELINUX)],
      [31, baseline.seLinuxOptions([...SELINUX, 'container_engine_t'])],
    ],
  },
  {
    id: 'seccompProfile_baseline',
    since: [
      [0, baseline.seccompAnnotations],
      [19, baseline.seccompBaseline],
    ],
  },
  { id: 'sysctls', since: [0, 27, 29, 32].map((version) => [version, baseline.sysctls(version)] as const) },
  { id: 'windowsHostProcess', since: [[0, baseline.windowsHostProcess]] },
];

const RESTRICTED: readonly Versioned[] = [
  {
    id: 'allowPrivilegeEscalation',
    since: [
      [8, restricted.allowPrivilegeEscalation],
      [25, restricted.onLinux(restricted.allowPrivilegeEscalation)],
    ],
  },
  {
    id: 'capabilities_restricted',
    instead: 'capabilities_baseline',
    since: [
      [22, restricted.capabilitiesRestricted],
      [25, restricted.onLinux(restricted.capabilitiesRestricted)],
    ],
  },
  { id: 'procMount_restricted', instead: 'procMount', since: [[35, baseline.procMount]] },
  { id: 'restrictedVolumes', instead: 'hostPathVolumes', since: [[0, restricted.restrictedVolumes]] },
  {
    id: 'runAsNonRoot',
    since: [
      [0, restricted.runAsNonRoot],
      [35, restricted.onHostUsers(restricted.runAsNonRoot)],
    ],
  },
  {
    id: 'runAsUser',
    since: [
      [23, restricted.runAsUser],
      [35, restricted.onHostUsers(restricted.runAsUser)],
    ],
  },
  {
    id: 'seccompProfile_restricted',
    instead: 'seccompProfile_baseline',
    since: [
      [19, restricted.seccompRestricted],
      [25, restricted.onLinux(restricted.seccompRestricted)],
    ],
  },
];

function checkAt(versioned: Versioned, version: number): Check | undefined {
  return versioned.since.filter(([since]) => since <= version).at(-1)?.[1];
}

/** Everything about a pod that breaks the level, in the order in which it is told. */
export function violationsOf(pod: CheckedPod, { level, version }: LevelVersion): Violation[] {
  if (level === 'privileged') return [];
  const minor = version === 'latest' ? NEWEST : Math.min(version, NEWEST);
  const strict = level === 'restricted' ? RESTRICTED.filter((one) => checkAt(one, minor) !== undefined) : [];
  const replaced = new Set(strict.map(({ instead }) => instead));
  const chosen = [...BASELINE.filter(({ id }) => !replaced.has(id)), ...strict];
  return chosen.flatMap((one) => checkAt(one, minor)?.(pod) ?? []);
}

/** `hostPort (container "a" uses hostPort 80), privileged (...)`. */
export function printDetails(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');
}

/** The reasons alone. */
export function printReasons(violations: readonly Violation[]): string {
  return violations.map(({ reason }) => reason).join(', ');
}
