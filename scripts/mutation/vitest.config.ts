// The tests of one group of mutants, by the name in the environment.
import { configDefaults, defineConfig } from 'vitest/config'
import { groups, groupVariable, isGroupName } from './groups.ts'

const name = process.env[groupVariable] ?? 'domain'
if (!isGroupName(name)) throw new Error(`there is no group of mutants ${name}`)
const { tests, without, postgres } = groups[name]

export default defineConfig({
  test: {
    include: [...tests],
    exclude: [...configDefaults.exclude, ...without],
    // A run is one group of tests in one worker: files that share their modules start much sooner.
    isolate: false,
    fileParallelism: false,
    ...(postgres
      ? { globalSetup: ['server/test/postgres-server.ts'], testTimeout: 20_000, hookTimeout: 20_000 }
      : {}),
  },
})
