/** Who may import whom: the table of architecture.md as data. The first layer whose pattern fits a path is its layer. */
export interface Layer {
  name: string;
  /** Paths of the layer. */
  files: RegExp;
  /** Files of this repository it may import besides its own. */
  mayImport: RegExp[];
  /** Packages it may import. */
  packages: RegExp;
}

const none = /^$/;
const node = /^node:/;
const shared = /^shared\/(?:core|kube|protocol|scenario)\//;
const core = /^shared\/core\//;
const kube = /^shared\/kube\//;
const protocol = /^shared\/protocol\//;
const engineTypes = /^electron\/engine\/types\.ts$/;
const door = /^electron\/engine\/(?:index|types)\.ts$/;
const sim = /^electron\/engine\/sim\//;
const metrics = /^electron\/engine\/metrics\//;
const client = /^electron\/engine\/client\//;
const session = /^electron\/session\//;
const ui =
  /^(?:react|react-dom|react-i18next|i18next|radix-ui|lucide-react|cmdk|uplot(?:\/.+)?|zustand|@tanstack\/react-virtual|@codemirror\/.+|@lezer\/.+|yaml|zod|@fontsource-variable\/.+|pretendard)$/;
const schema = /^(?:zod|yaml|kubernetes-types)$/;

/** A component of the control plane: the client, the clock and the shared parts; never the store, never another component. */
function component(name: string, extra: RegExp[] = []): Layer {
  return {
    name: `engine/${name}`,
    files: new RegExp(`^electron/engine/${name}/`),
    mayImport: [client, sim, shared, engineTypes, ...extra],
    packages: none,
  };
}

export const layers: readonly Layer[] = [
  { name: 'shared/core', files: core, mayImport: [], packages: none },
  { name: 'shared/kube', files: kube, mayImport: [core], packages: /^(?:zod|yaml|kubernetes-types|croner)$/ },
  { name: 'shared/protocol', files: protocol, mayImport: [core, kube], packages: schema },
  { name: 'shared/scenario', files: /^shared\/scenario\//, mayImport: [core, kube, protocol], packages: schema },
  { name: 'engine/sim', files: sim, mayImport: [core], packages: none },
  { name: 'engine/store', files: /^electron\/engine\/store\//, mayImport: [sim, shared, engineTypes], packages: none },
  {
    // The expression library and everything that bends it to Kubernetes' dialect.
    name: 'engine/apiserver/cel',
    files: /^electron\/engine\/apiserver\/admission\/cel\//,
    mayImport: [shared],
    packages: /^@marcbachmann\/cel-js(?:\/evaluator)?$/,
  },
  {
    name: 'engine/apiserver',
    files: /^electron\/engine\/apiserver\//,
    mayImport: [/^electron\/engine\/store\//, sim, shared, engineTypes],
    packages: none,
  },
  {
    name: 'engine/client',
    files: client,
    mayImport: [/^electron\/engine\/apiserver\//, /^electron\/engine\/store\/types\.ts$/, sim, shared, engineTypes],
    packages: none,
  },
  {
    name: 'engine/scheduler/plugins',
    files: /^electron\/engine\/scheduler\/plugins\/[^/]+\//,
    mayImport: [/^electron\/engine\/scheduler\/framework\//, client, sim, shared],
    packages: none,
  },
  component('scheduler'),
  {
    // Checks the expressions of policies with the API server's own checker, as upstream's controller does.
    name: 'engine/controllers/policystatus',
    files: /^electron\/engine\/controllers\/policystatus\//,
    mayImport: [/^electron\/engine\/(?:controllers\/common|apiserver\/admission\/cel)\//, client, sim, shared, engineTypes],
    packages: none,
  },
  // What pods use: read by the autoscalers, kubectl top and the kubelet's memory pressure.
  component('metrics'),
  component('controllers', [metrics]),
  // Tries changes on a copy of the state; what it needs of other components the engine hands it.
  component('advice'),
  // A fault acts on machines: the kubelets ask what has happened to theirs.
  component('faults'),
  component('kubelet', [/^electron\/engine\/faults\//, metrics]),
  // Carries out commands: kubectl's own, and those that act on machines. Its apply merges with the API server's patch rules, as kubectl does.
  component('kubectl', [
    /^electron\/engine\/(?:faults|kubelet|metrics)\//,
    /^electron\/engine\/controllers\/(?:deployment\/rollback|common\/history)\.ts$/,
    /^electron\/engine\/apiserver\/patch\//,
  ]),
  {
    name: 'engine tests',
    files: /^electron\/engine\/(?:invariants|testing|conformance)\//,
    mayImport: [/^electron\/engine\//, shared],
    packages: node,
  },
  { name: 'engine', files: /^electron\/engine\/[^/]+$/, mayImport: [/^electron\/engine\//, shared], packages: none },
  { name: 'session', files: session, mayImport: [door, shared], packages: /^(?:node:.+|zod|write-file-atomic)$/ },
  { name: 'ipc', files: /^electron\/ipc\//, mayImport: [session, shared], packages: /^electron$/ },
  { name: 'serve', files: /^electron\/serve\//, mayImport: [session, shared, door], packages: /^(?:node:.+|ws|open)$/ },
  {
    name: 'cli',
    files: /^electron\/cli\//,
    mayImport: [session, shared, door, /^electron\/engine\/conformance\//],
    packages: node,
  },
  { name: 'preload', files: /^electron\/preload\.ts$/, mayImport: [protocol], packages: /^electron$/ },
  {
    name: 'main',
    files: /^electron\/[^/]+\.ts$/,
    mayImport: [/^electron\/(?:[^/]+|ipc\/.+|session\/.+)$/, door, shared],
    packages: /^(?:electron|node:.+|zod|write-file-atomic)$/,
  },
  { name: 'renderer/bridge', files: /^renderer\/bridge\//, mayImport: [protocol, core], packages: none },
  { name: 'renderer/i18n', files: /^renderer\/i18n\//, mayImport: [], packages: ui },
  {
    name: 'renderer/store',
    files: /^renderer\/store\//,
    mayImport: [/^renderer\/(?:bridge|i18n)\//, shared],
    packages: /^(?:zustand|react|yaml)$/,
  },
  { name: 'renderer/explain', files: /^renderer\/explain\//, mayImport: [/^renderer\/(?:i18n|store)\//, shared], packages: none },
  { name: 'renderer/graph', files: /^renderer\/graph\//, mayImport: [/^renderer\/store\//, shared], packages: none },
  {
    name: 'renderer/components',
    files: /^renderer\/components\//,
    mayImport: [/^renderer\/(?:store|i18n|bridge|graph|explain|styles)\//, shared],
    packages: ui,
  },
  {
    name: 'renderer/canvas',
    files: /^renderer\/canvas\//,
    mayImport: [/^renderer\/(?:graph|store|components|bridge|i18n|explain|panels\/model|styles)\//, shared],
    packages: new RegExp(`${ui.source}|^reactflow$`),
  },
  {
    name: 'renderer/panels',
    files: /^renderer\/panels\//,
    mayImport: [/^renderer\/(?:graph|store|components|bridge|i18n|explain|styles)\//, shared],
    packages: ui,
  },
  {
    name: 'renderer/presenter',
    files: /^renderer\/presenter\//,
    mayImport: [/^renderer\/(?:graph|store|components|i18n|explain|styles)\//, shared],
    packages: ui,
  },
  { name: 'renderer/testing', files: /^renderer\/testing\//, mayImport: [/^renderer\//, shared], packages: /./ },
  { name: 'renderer', files: /^renderer\/[^/]+$/, mayImport: [/^renderer\//, shared], packages: ui },
  { name: 'e2e', files: /^e2e\//, mayImport: [protocol, core, kube], packages: /^(?:@playwright\/test|ws|node:.+)$/ },
  { name: 'tools', files: /^electron\/tools\/|^electron\.vite\.config\.ts$/, mayImport: [/^electron\//, shared], packages: /./ },
];

/** Folder of a unit that must not reach into its neighbours (a controller, a plugin); undefined where there is no such rule. */
export function unitOf(path: string): string | undefined {
  return /^electron\/engine\/(?:controllers|scheduler\/plugins)\/(?!common\/)[^/]+\//.exec(path)?.[0];
}

/** Folders that hold nothing but support for tests. */
export const testSupport = /(?:^|\/)(?:testing|invariants|conformance|tidy)\/|\/testing\.ts$|^e2e\//;

/** Tests: they may import what they like. */
export const isTest = (path: string): boolean => /\.(?:test|bench|spec)\.tsx?$/.test(path);

/** Where programs begin. */
export const entryPoints = [
  'electron/main.ts',
  'electron/preload.ts',
  'electron/serve/main.ts',
  'electron/cli/sim.ts',
  'electron/cli/conformance.ts',
  'electron/tools/bench/nodeLoss.ts',
  'electron/tools/bench/rollout.ts',
  'electron/tools/bench/scheduler.ts',
  'electron/tools/bench/soak.ts',
  'electron/tools/fuzz.ts',
  'electron/tools/vitest.config.ts',
  'electron.vite.config.ts',
  'renderer/main.tsx',
  'e2e/playwright.config.ts',
];
