import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['shared/**/*.test.ts', 'electron/**/*.test.ts', 'renderer/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', 'out/**'],
    pool: 'threads',
    maxWorkers: 2,
    testTimeout: 60_000,
  },
});
