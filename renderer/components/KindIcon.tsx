import {
  Box,
  Boxes,
  CalendarClock,
  Copy,
  Database,
  FileText,
  Gauge,
  HardDrive,
  KeyRound,
  Layers,
  LayoutGrid,
  ListChecks,
  Network,
  Ruler,
  Scale,
  Server,
  Shapes,
  Shield,
  SignalHigh,
  TrendingUp,
  UserRound,
  Waypoints,
  Webhook,
} from 'lucide-react';
import type { ComponentType, CSSProperties } from 'react';

type Icon = ComponentType<{ size?: number; style?: CSSProperties; 'aria-hidden'?: boolean }>;

const ICONS: Readonly<Record<string, Icon>> = {
  Pod: Box,
  Node: Server,
  Deployment: Layers,
  ReplicaSet: Copy,
  ReplicationController: Copy,
  StatefulSet: Database,
  DaemonSet: LayoutGrid,
  Job: ListChecks,
  CronJob: CalendarClock,
  HorizontalPodAutoscaler: TrendingUp,
  VerticalPodAutoscaler: Ruler,
  Service: Network,
  EndpointSlice: Waypoints,
  Ingress: Waypoints,
  ConfigMap: FileText,
  Secret: KeyRound,
  ServiceAccount: UserRound,
  ResourceQuota: Gauge,
  LimitRange: Ruler,
  PersistentVolume: HardDrive,
  PersistentVolumeClaim: HardDrive,
  PodDisruptionBudget: Shield,
  PriorityClass: SignalHigh,
  Namespace: Boxes,
  ValidatingAdmissionPolicy: Scale,
  ValidatingAdmissionPolicyBinding: Scale,
  MutatingAdmissionPolicy: Scale,
  MutatingAdmissionPolicyBinding: Scale,
  ValidatingWebhookConfiguration: Webhook,
  MutatingWebhookConfiguration: Webhook,
};

/** The picture of a kind, the same wherever it is listed; `color` is a CSS colour (that of the text without one). */
export function KindIcon({ kind, size = 16, color }: { kind: string; size?: number; color?: string }) {
  const Picture = ICONS[kind] ?? Shapes;
  return <Picture size={size} aria-hidden {...(color === undefined ? {} : { style: { color } })} />;
}
