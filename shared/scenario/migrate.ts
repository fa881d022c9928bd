import { SCENARIO_API_VERSION } from './types.ts';

/** Plain data of one `kind: Scenario` document. */
export type ScenarioData = { apiVersion: string; kind: string; [field: string]: unknown };

/** Turns a document of one version into the next one. Must keep field names where it can, so that problems still point at the right line. */
export interface Migration {
  from: string;
  to: string;
  migrate(document: ScenarioData): ScenarioData;
}

/** Every step from an older version to the next. v1alpha1 is the first version, so there is none yet. */
export const migrations: readonly Migration[] = [];

/** Versions that can be read, newest first. */
export function readableVersions(table: readonly Migration[] = migrations, target: string = SCENARIO_API_VERSION): string[] {
  const versions = [target];
  for (;;) {
    const older = table.find((entry) => entry.to === versions[versions.length - 1] && !versions.includes(entry.from));
    if (!older) return versions;
    versions.push(older.from);
  }
}

/** The document in the target version, or undefined when its own version cannot be read. The input is not changed. */
export function migrateScenario(
  document: ScenarioData,
  table: readonly Migration[] = migrations,
  target: string = SCENARIO_API_VERSION,
): ScenarioData | undefined {
  let current = document;
  // A chain is never longer than the table; the bound ends a table with a cycle.
  for (let i = 0; i <= table.length; i++) {
    if (current.apiVersion === target) return current;
    const next = table.find((entry) => entry.from === current.apiVersion);
    if (!next) return undefined;
    current = { ...next.migrate(current), apiVersion: next.to };
  }
  return undefined;
}
