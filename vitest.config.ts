import { defineConfig } from 'vitest/config';

// unit         fast, no server, no process of its own
// integration  a real Temporal server, real databases and worker processes; two files at a time: much of it is waiting
// chaos        the same with processes killed, frozen and cut off; `npm run test:chaos` adds what takes long, one file at a time
const long = process.env['AMALUR_CHAOS'] === 'long';
const withServer = {
  globalSetup: ['test/support/temporal.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    // Native addons (tfjs-node, DuckDB, libsql) do not survive a second worker thread.
    pool: 'forks',
    passWithNoTests: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 20_000,
          // By itself Vitest leaves one core free, which of two is half.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          ...withServer,
          name: 'integration',
          maxWorkers: 2,
          include: ['test/integration/**/*.test.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...withServer,
          name: 'chaos',
          maxWorkers: long ? 1 : 2,
          include: [long ? 'test/chaos/**/*.test.ts' : 'test/chaos/*.test.ts'],
          testTimeout: 180_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
