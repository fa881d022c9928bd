import { describe, expect, test } from 'vitest';
import { type Migration, migrateScenario, migrations, readableVersions } from './migrate.ts';
import { SCENARIO_API_VERSION } from './types.ts';

const table: Migration[] = [
  { from: 'stowage/v1', to: 'stowage/v2', migrate: (document) => ({ ...document, second: true }) },
  { from: 'stowage/v2', to: 'stowage/v3', migrate: (document) => ({ ...document, third: document.second }) },
];

describe('migrations', () => {
  test('the shipped table leads every version it names to the newest', () => {
    for (const { from } of migrations) expect(readableVersions()).toContain(from);
    expect(readableVersions()[0]).toBe(SCENARIO_API_VERSION);
  });

  test('steps are chained and the input stays as it was', () => {
    const old = { apiVersion: 'stowage/v1', kind: 'Scenario' };
    expect(migrateScenario(old, table, 'stowage/v3')).toEqual({
      apiVersion: 'stowage/v3',
      kind: 'Scenario',
      second: true,
      third: true,
    });
    expect(old).toEqual({ apiVersion: 'stowage/v1', kind: 'Scenario' });
    expect(readableVersions(table, 'stowage/v3')).toEqual(['stowage/v3', 'stowage/v2', 'stowage/v1']);
  });

  test('unknown versions and tables with a cycle are refused', () => {
    expect(migrateScenario({ apiVersion: 'stowage/v9', kind: 'Scenario' }, table, 'stowage/v3')).toBeUndefined();
    const cycle: Migration[] = [
      { from: 'a', to: 'b', migrate: (document) => document },
      { from: 'b', to: 'a', migrate: (document) => document },
    ];
    expect(migrateScenario({ apiVersion: 'a', kind: 'Scenario' }, cycle, 'c')).toBeUndefined();
    expect(readableVersions(cycle, 'a')).toEqual(['a', 'b']);
  });
});
