import { runManifest } from '../kubectl/manifest.ts';
import { createTestCluster } from '../testing/harness.ts';
import type { ConformanceFamily } from './types.ts';

/** One command on one wrong manifest, with what kubectl printed. */
interface MistakeCase {
  id: string;
  command: string;
  exit: number;
  stdout: string[];
  stderr: string[];
}

const NAMESPACE = 'req';
/** kubectl prints the patch as Go prints maps, after Go's patch library has taken parts out of it. */
const PATCH_DUMP = /^The request is invalid: patch: Invalid value: "map\[/m;

/** Reads `admission/kubectl-manifest-mistakes.txt`: commands with their output, and below them the manifest they were given. */
export function parseMistakes(text: string): { manifest: string; cases: MistakeCase[] }[] {
  const groups: { manifest: string; cases: MistakeCase[] }[] = [];
  let cases: MistakeCase[] = [];
  let manifest: string[] | undefined;
  let errors = false;
  const close = (): void => {
    if (manifest !== undefined) groups.push({ manifest: `${manifest.join('\n')}\n`, cases });
    if (manifest !== undefined) cases = [];
    manifest = undefined;
  };
  let id = '';
  for (const line of text.split('\n')) {
    const command = /^\$ (kubectl .*?) {3}# exit (\d+)$/.exec(line);
    if (/^# manifest .*:$/.test(line)) manifest = [];
    else if (manifest !== undefined && line.startsWith('#   ')) manifest.push(line.slice(4));
    else if (command !== null) {
      cases.push({ id, command: command[1] ?? '', exit: Number(command[2]), stdout: [], stderr: [] });
      errors = false;
    } else if (/^# \S+$/.test(line)) {
      close();
      id = line.slice(2);
    } else if (line === '--- stderr') errors = true;
    else if (line !== '') {
      const last = cases.at(-1);
      (errors ? last?.stderr : last?.stdout)?.push(line);
    }
  }
  close();
  return groups;
}

/** Texts of Go's JSON reader are not compared. */
function comparable(lines: readonly string[]): string {
  return lines.join('\n').replace(/(?:json: cannot unmarshal|[\w.[\]]+: expected) .*/g, '(wrong type)');
}

/** Gives every wrong manifest to our kubectl in the order of the file, in one namespace, and compares what is printed. */
export function runMistakesFamily(text: string): ConformanceFamily {
  const family: ConformanceFamily = { name: 'kubectl manifest mistakes', agree: 0, total: 0, disagree: [], later: [] };
  const cluster = createTestCluster({ seed: 1 });
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: NAMESPACE } };
  cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  cluster.client.create(account);
  for (const { manifest, cases } of parseMistakes(text)) {
    for (const one of cases) {
      const printed = runManifest(cluster.client, {
        verb: one.command.includes(' create ') ? 'create' : 'apply',
        text: manifest,
        namespace: NAMESPACE,
        validate: !one.command.includes('--validate=false'),
        dryRun: one.command.includes('--dry-run=client'),
      });
      const id = `${one.id}: ${one.command}`;
      if (PATCH_DUMP.test(one.stderr.join('\n'))) {
        family.later.push({ id, why: "the text shows Go's printing of a patch after its library has changed it" });
        continue;
      }
      const expected = comparable([...one.stdout, '--- stderr', ...one.stderr, `exit ${one.exit}`]);
      const got = comparable([...printed.stdout, '--- stderr', ...printed.stderr, `exit ${printed.exit}`]);
      family.total++;
      if (expected === got) family.agree++;
      else family.disagree.push({ id, what: 'output', expected, got });
    }
  }
  return family;
}
