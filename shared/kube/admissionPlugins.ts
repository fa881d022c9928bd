/** Every plugin name of Kubernetes in the order in which they run. Models kubeapiserver/options AllOrderedPlugins of 1.36. */
export const PLUGIN_ORDER: readonly string[] = [
  'AlwaysAdmit',
  'NamespaceAutoProvision',
  'NamespaceLifecycle',
  'NamespaceExists',
  'LimitPodHardAntiAffinityTopology',
  'LimitRanger',
  'ServiceAccount',
  'NodeRestriction',
  'TaintNodesByCondition',
  'AlwaysPullImages',
  'ImagePolicyWebhook',
  'PodSecurity',
  'PodNodeSelector',
  'Priority',
  'DefaultTolerationSeconds',
  'PodTolerationRestriction',
  'EventRateLimit',
  'ExtendedResourceToleration',
  'DefaultStorageClass',
  'StorageObjectInUseProtection',
  'OwnerReferencesPermissionEnforcement',
  'PersistentVolumeClaimResize',
  'RuntimeClass',
  'CertificateApproval',
  'CertificateSigning',
  'ClusterTrustBundleAttest',
  'CertificateSubjectRestriction',
  'DefaultIngressClass',
  'DenyServiceExternalIPs',
  'PodTopologyLabels',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionWebhook',
  // Upstream one of the mutating webhooks, not a plugin of Kubernetes itself.
  'VerticalPodAutoscaler',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionWebhook',
  'ResourceQuota',
  'AlwaysDeny',
];

/** Plugins that kube-apiserver runs without being told to. Models kubeapiserver/options DefaultOffAdmissionPlugins, the other way round. */
export const DEFAULT_ON: ReadonlySet<string> = new Set([
  'NamespaceLifecycle',
  'LimitRanger',
  'ServiceAccount',
  'TaintNodesByCondition',
  'PodSecurity',
  'Priority',
  'DefaultTolerationSeconds',
  'DefaultStorageClass',
  'StorageObjectInUseProtection',
  'PersistentVolumeClaimResize',
  'RuntimeClass',
  'CertificateApproval',
  'CertificateSigning',
  'ClusterTrustBundleAttest',
  'CertificateSubjectRestriction',
  'DefaultIngressClass',
  'PodTopologyLabels',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionWebhook',
  'VerticalPodAutoscaler',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionWebhook',
  'ResourceQuota',
]);

/** Which plugins run beside or without the default ones, as --enable-admission-plugins and --disable-admission-plugins say. */
export interface AdmissionSwitches {
  readonly enable: readonly string[];
  readonly disable: readonly string[];
}

/** Whether a plugin runs. One that is both enabled and disabled runs, as upstream: enabling wins. */
export function isPluginOn(name: string, switches: AdmissionSwitches): boolean {
  if (switches.enable.includes(name)) return true;
  return DEFAULT_ON.has(name) && !switches.disable.includes(name);
}

/** Plugins of Kubernetes that this program does not have: they need what no simulated cluster has (certificates, webhooks to image policy servers). */
export const NOT_SIMULATED: ReadonlySet<string> = new Set([
  'AlwaysAdmit',
  'AlwaysDeny',
  'NamespaceAutoProvision',
  'NamespaceExists',
  'ImagePolicyWebhook',
  'EventRateLimit',
  'OwnerReferencesPermissionEnforcement',
  'CertificateApproval',
  'CertificateSigning',
  'ClusterTrustBundleAttest',
  'CertificateSubjectRestriction',
]);
