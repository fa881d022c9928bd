import { isSafeProfile, seccompBaseline } from './baseline.ts';
import {
  bad,
  type Check,
  containersOf,
  contextOf,
  distinct,
  hasUserNamespace,
  isWindows,
  named,
  plural,
  quote,
  setters,
} from './visit.ts';

/** Volumes that hold nothing of the machine. */
const FREE_VOLUMES: readonly string[] = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
/** Types that are named in the order in which they are looked for; others are `unknown`. */
const RESTRICTED_VOLUMES: readonly string[] = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
];

/** The same check for pods that don't run on Windows. */
export function onLinux(check: Check): Check {
  return (pod) => (isWindows(pod) ? undefined : check(pod));
}

/** The same check for pods without a user namespace of their own. */
export function onHostUsers(check: Check): Check {
  return (pod) => (hasUserNamespace(pod) ? undefined : check(pod));
}

/** Models check_allowPrivilegeEscalation. */
export const allowPrivilegeEscalation: Check = (pod) => {
  const names = bad(pod, (context) => context.allowPrivilegeEscalation !== false);
  if (names.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${named(names)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

/** Models check_capabilities_restricted. */
export const capabilitiesRestricted: Check = (pod) => {
  const extra = (add: readonly string[] | undefined): string[] => (add ?? []).filter((one) => one !== 'NET_BIND_SERVICE');
  const keeping = bad(pod, ({ capabilities }) => !(capabilities?.drop ?? []).includes('ALL'));
  const adding = bad(pod, ({ capabilities }) => extra(capabilities?.add).length > 0);
  const details: string[] = [];
  if (keeping.length > 0) details.push(`${named(keeping)} must set securityContext.capabilities.drop=["ALL"]`);
  if (adding.length > 0) {
    const added = distinct(containersOf(pod).flatMap(({ securityContext }) => extra(securityContext?.capabilities?.add)));
    details.push(`${named(adding)} must not include ${quote(added)} in securityContext.capabilities.add`);
  }
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

/** Models check_restrictedVolumes. */
export const restrictedVolumes: Check = ({ spec }) => {
  const volumes = (spec.volumes ?? []).filter((volume) => !FREE_VOLUMES.some((type) => type in volume));
  if (volumes.length === 0) return undefined;
  const types = distinct(volumes.map((volume) => RESTRICTED_VOLUMES.find((type) => type in volume) ?? 'unknown'));
  const names = volumes.map(({ name }) => name);
  const use = `${plural('uses', 'use', names.length)} ${plural('restricted volume type', 'restricted volume types', types.length)}`;
  return {
    reason: 'restricted volume types',
    detail: `${plural('volume', 'volumes', names.length)} ${quote(names)} ${use} ${quote(types)}`,
  };
};

/** Models check_runAsNonRoot. */
export const runAsNonRoot: Check = (pod) => {
  const reason = 'runAsNonRoot != true';
  const own = contextOf(pod).runAsNonRoot;
  const who = setters(
    own === false,
    bad(pod, (context) => context.runAsNonRoot === false),
  );
  if (who !== '') return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` };
  const open = own === true ? [] : bad(pod, (context) => context.runAsNonRoot === undefined);
  if (open.length === 0) return undefined;
  return { reason, detail: `pod or ${named(open)} must set securityContext.runAsNonRoot=true` };
};

/** Models check_runAsUser. */
export const runAsUser: Check = (pod) => {
  const who = setters(
    contextOf(pod).runAsUser === 0,
    bad(pod, (context) => context.runAsUser === 0),
  );
  return who === '' ? undefined : { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` };
};

/** Models check_seccompProfile_restricted. */
export const seccompRestricted: Check = (pod) => {
  const explicit = seccompBaseline(pod);
  if (explicit !== undefined) return explicit;
  const open = isSafeProfile(contextOf(pod).seccompProfile?.type)
    ? []
    : bad(pod, (context) => context.seccompProfile === undefined);
  if (open.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `pod or ${named(open)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
};
