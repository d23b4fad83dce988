// Which tests there are, and how they run.
import { defineConfig } from 'vitest/config'

const domain = [
  'server/src/*/domain/**/*.test.ts',
  'contract/**/*.test.ts',
  'server/test/tidy/*.test.ts',
  'server/test/documents.test.ts',
]

export default defineConfig({
  test: {
    // Two cores are shared by Postgres, the sandbox, a browser and the tests.
    maxWorkers: 2,
    reporters: ['default', './scripts/count-reporter.ts'],
    projects: [
      { test: { name: 'domain', include: domain } },
      {
        test: {
          name: 'server',
          include: ['server/**/*.test.ts', 'bench/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: domain,
          globalSetup: ['server/test/postgres-server.ts', 'server/test/programs.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'sandbox',
          include: ['sandbox/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'web',
          include: ['web/**/*.test.ts', 'web/**/*.test.tsx'],
          globalSetup: ['server/test/postgres-server.ts', 'server/test/programs.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
