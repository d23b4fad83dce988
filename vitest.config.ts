import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['contract/**/*.test.ts', 'server/**/*.test.ts', 'sandbox/**/*.test.ts', 'bench/**/*.test.ts', 'scripts/**/*.test.ts'],
    globalSetup: ['server/test/postgres-server.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores are shared by Postgres, the sandbox and the tests.
    maxWorkers: 2,
  },
})
