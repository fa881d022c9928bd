import { describe, expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { admitWith, podObject } from '../testing.ts';
import { podSecurity } from './index.ts';
import { policyOf } from './policy.ts';
import { printDetails, violationsOf } from './registry.ts';

const LEVEL = 'pod-security.kubernetes.io/';

function namespace(labels: Record<string, string>): AnyObject {
  const named = Object.fromEntries(Object.entries(labels).map(([key, value]) => [LEVEL + key, value]));
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default', labels: named } };
}

function told(
  level: 'baseline' | 'restricted',
  spec: object,
  version: number | 'latest' = 'latest',
  metadata: object = {},
): string {
  const pod = podObject(spec as Record<string, unknown>);
  return printDetails(violationsOf({ ...pod, metadata } as never, { level, version }));
}

const app = { name: 'app', image: 'x:1' };
const strict = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};
const safe = { containers: [{ ...app, securityContext: strict }] };
const own = (context: object) => ({ containers: [{ ...app, securityContext: context }] });

describe('checks of baseline', () => {
  it.each<[string, object, string]>([
    ['plain', {}, ''],
    ['namespaces', { hostPID: true, hostNetwork: true }, 'host namespaces (hostNetwork=true, hostPID=true)'],
    [
      'capabilities',
      own({ capabilities: { add: ['SYS_TIME', 'CHOWN', 'BPF'] } }),
      'non-default capabilities (container "app" must not include "BPF", "SYS_TIME" in securityContext.capabilities.add)',
    ],
    [
      'host path',
      {
        volumes: [
          { name: 'a', hostPath: { path: '/' } },
          { name: 'b', hostPath: { path: '/' } },
        ],
      },
      'hostPath volumes (volumes "a", "b")',
    ],
    [
      'ports',
      {
        containers: [
          { ...app, ports: [{ hostPort: 80 }, { hostPort: 9 }] },
          { name: 'b', ports: [{ hostPort: 80 }] },
        ],
      },
      'hostPorts (containers "app", "b" use hostPorts 80, 9)',
    ],
    [
      'probe host',
      { containers: [{ ...app, livenessProbe: { httpGet: { host: '1.2.3.4' } } }] },
      'probe or lifecycle host (container "app" uses probe or lifecycle host "1.2.3.4")',
    ],
    [
      'privileged init',
      { initContainers: [{ name: 'i', securityContext: { privileged: true } }] },
      'privileged (container "i" must not set securityContext.privileged=true)',
    ],
    ['proc', own({ procMount: 'Unmasked' }), 'procMount (container "app" must not set securityContext.procMount to "Unmasked")'],
    ['proc in a user namespace', { ...own({ procMount: 'Unmasked' }), hostUsers: false }, ''],
    [
      'selinux',
      { securityContext: { seLinuxOptions: { type: 'spc_t', user: 'u' } } },
      'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set)',
    ],
    [
      'seccomp',
      { ...own({ seccompProfile: { type: 'Unconfined' } }), securityContext: { seccompProfile: { type: 'Unconfined' } } },
      'seccompProfile (pod and container "app" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      'app armor',
      own({ appArmorProfile: { type: 'Unconfined' } }),
      'forbidden AppArmor profile (container "app" must not set AppArmor profile type to "Unconfined")',
    ],
    [
      'sysctls',
      { securityContext: { sysctls: [{ name: 'kernel.shmmax' }, { name: 'net.ipv4.tcp_rmem' }] } },
      'forbidden sysctls (kernel.shmmax)',
    ],
    [
      'windows',
      { securityContext: { windowsOptions: { hostProcess: true } } },
      'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
    ],
  ])('%s', (_, spec, text) => expect(told('baseline', spec)).toBe(text));

  it('older versions have older rules', () => {
    const sysctl = { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem' }] } };
    expect(told('baseline', sysctl, 31)).toBe('forbidden sysctls (net.ipv4.tcp_rmem)');
    expect(told('baseline', { containers: [{ ...app, livenessProbe: { httpGet: { host: 'h' } } }] }, 33)).toBe('');
    const annotations = { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' };
    expect(told('baseline', {}, 18, { annotations })).toBe(
      'seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")',
    );
  });
});

describe('checks of restricted', () => {
  it.each<[string, object, string]>([
    ['safe', safe, ''],
    [
      'root',
      own({ ...strict, runAsNonRoot: false, runAsUser: 0 }),
      'runAsNonRoot != true (container "app" must not set securityContext.runAsNonRoot=false), runAsUser=0 (container "app" must not set runAsUser=0)',
    ],
    [
      'volumes instead of host paths',
      {
        ...safe,
        volumes: [
          { name: 'h', hostPath: {} },
          { name: 'n', nfs: {} },
          { name: 'e', emptyDir: {} },
        ],
      },
      'restricted volume types (volumes "h", "n" use restricted volume types "hostPath", "nfs")',
    ],
    [
      'baseline first',
      { ...safe, hostNetwork: true, securityContext: { runAsNonRoot: false } },
      'host namespaces (hostNetwork=true), runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)',
    ],
    [
      'both capability rules',
      own({ ...strict, capabilities: { add: ['SYS_TIME'] } }),
      'unrestricted capabilities (container "app" must set securityContext.capabilities.drop=["ALL"]; container "app" must not include "SYS_TIME" in securityContext.capabilities.add)',
    ],
    ['windows', { os: { name: 'windows' }, containers: [{ ...app, securityContext: { runAsNonRoot: true } }] }, ''],
  ])('%s', (_, spec, text) => expect(told('restricted', spec)).toBe(text));
});

describe('policies of namespaces', () => {
  it('reads levels and versions; warn follows enforce', () => {
    const { policy } = policyOf({ [`${LEVEL}enforce`]: 'baseline', [`${LEVEL}enforce-version`]: 'v1.24' });
    expect(policy.warn).toEqual({ level: 'baseline', version: 24 });
    expect(policy.audit.level).toBe('privileged');
  });

  it('refuses labels that say nothing', () => {
    const bad = namespace({ enforce: 'hard', 'warn-version': '1.2' });
    const { refusal } = admitWith(podSecurity, { operation: 'CREATE', object: bad });
    expect(refusal?.message).toBe(
      'Namespace "default" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "hard": must be one of privileged, baseline, restricted, metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.2": must be "latest" or "v1.x"]',
    );
    expect(admitWith(podSecurity, { operation: 'UPDATE', object: bad, old: bad }).refusal).toBeNull();
  });

  it('warns of pods that a new level would refuse', () => {
    const pods = ['b', 'a', 'c'].map((name): AnyObject => {
      const pod = podObject({ hostNetwork: name !== 'c', hostPID: name === 'c' });
      return { ...pod, metadata: { ...pod.metadata, name } };
    });
    const texts: string[] = [];
    const request = { operation: 'UPDATE', object: namespace({ enforce: 'baseline' }), old: namespace({}) } as const;
    admitWith(podSecurity, { ...request, warn: (text) => texts.push(text) }, pods);
    expect(texts).toEqual([
      'existing pods in namespace "default" violate the new PodSecurity enforce level "baseline:latest"',
      'a (and 2 other pods): host namespaces',
    ]);
  });

  it('refuses pods, warns of templates, and lets small updates pass', () => {
    const stored = [namespace({ enforce: 'baseline', warn: 'baseline' })];
    const pod = podObject({ hostNetwork: true });
    expect(admitWith(podSecurity, { operation: 'CREATE', object: pod }, stored).refusal?.message).toBe(
      'pods "p" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
    );
    const labelled = { ...pod, metadata: { ...pod.metadata, labels: { a: 'b' } } };
    expect(admitWith(podSecurity, { operation: 'UPDATE', object: labelled, old: pod }, stored).refusal).toBeNull();
    const texts: string[] = [];
    const cron: AnyObject = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'c', namespace: 'default' },
      spec: { jobTemplate: { spec: { template: { spec: pod.spec } } } },
    };
    const { refusal } = admitWith(podSecurity, { operation: 'CREATE', object: cron, warn: (text) => texts.push(text) }, stored);
    expect(refusal).toBeNull();
    expect(texts).toEqual(['would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)']);
  });
});
