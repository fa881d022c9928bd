import { defineConfig } from '@playwright/test';

/** The same specs on both hosts; fixtures.ts decides by the project's name what it starts. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../test-results',
  fullyParallel: false,
  workers: 1,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list'], ['json', { outputFile: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ?? '../test-results/report.json' }]],
  use: { trace: 'off', screenshot: 'only-on-failure' },
  projects: [{ name: 'electron' }, { name: 'browser' }],
});
