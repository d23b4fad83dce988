// Each npm script: what must be built first, which programs it needs, and what runs.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'

// How the project's processes are started: heap and allocator are kept small, which costs a little
// speed and saves half the memory.
const { flags } = JSON.parse(readFileSync(join(root, 'scripts', 'node-process.json'), 'utf8'))

const hourOfChaos = '--seconds 3600 --kills 1000 --orders 100000 --buyers 400 --think 100'

/**
 * Each task: what must be built first, and what runs. `{node}` is the Node that the project runs
 * on.
 */
export const tasks = {
  start: { build: ['server', 'web'], run: [['{node}', ...flags, 'dist/server/main.js']] },
  sandbox: { build: ['server'], run: [['{node}', ...flags, 'dist/sandbox/main.js']] },
  demo: { build: [], run: [['{node}', ...flags, 'server/src/boot/demo/tour.ts']] },
  // Every state is kept until the last was seen.
  model: { build: [], run: [['{node}', '--max-old-space-size=12000', 'server/test/model/run.ts']] },
  // Changes the code that guards money, place by place, and tells which changes no test noticed: an
  // hour or so.
  mutation: { build: [], run: [['{node}', 'scripts/mutation/run.ts']] },
  sim: { build: [], run: [['{node}', 'server/test/simulation/run.ts']] },
  bench: { build: ['server'], run: [['{node}', ...flags, 'bench/src/main.ts']] },
  // Strangers against a shop on this machine, with honest buyers in between.
  attacks: { build: [], run: [['{node}', 'server/test/attacks/run.ts']] },
  growth: { build: [], run: [['{node}', 'server/test/growth/measure.ts']] },
  soak: { build: [], run: [['{node}', 'server/test/attacks/soak.ts']] },
  // What it saw of every order and call is kept to the end.
  chaos: { build: [], run: [['{node}', '--max-old-space-size=8000', 'server/test/chaos/run.ts']] },
  // The long runs, one after another: hours. What one of them finds must not keep the others from
  // looking.
  proof: {
    build: ['server', 'web'],
    goesOn: true,
    needs: ['chromium', 'nats-server'],
    run: [
      ['{node}', 'node_modules/vitest/vitest.mjs', 'run', '--mode', 'long'],
      ['{node}', '--max-old-space-size=12000', 'server/test/model/run.ts'],
      ['{node}', 'server/test/simulation/run.ts', '--seeds', '100000'],
      ['{node}', 'server/test/first-start/run.ts', '--kills', '200'],
      ['{node}', 'server/test/attacks/run.ts'],
      ['{node}', 'server/test/attacks/run.ts', '--together', '--addresses', '1000', '--seconds', '300'],
      ['{node}', 'server/test/attacks/soak.ts', '--minutes', '30'],
      ['{node}', '--max-old-space-size=8000', 'server/test/chaos/run.ts', ...hourOfChaos.split(' ')],
      [
        '{node}',
        '--max-old-space-size=8000',
        'server/test/chaos/run.ts',
        ...hourOfChaos.split(' '),
        '--bus',
        'nats',
      ],
    ],
  },
  audit: { build: [], run: [['{node}', ...flags, 'server/src/cli/holdfast.ts', 'audit']] },
  holdfast: { build: [], run: [['{node}', ...flags, 'server/src/cli/holdfast.ts']] },
  check: {
    build: [],
    run: [
      ['{node}', 'node_modules/@biomejs/biome/bin/biome', 'ci', '.'],
      ['{bin}/oxlint'],
      ['{bin}/tsc', '-p', '.'],
      ['{bin}/tsc', '-p', 'sandbox'],
      ['{bin}/tsc', '-p', 'web'],
      ['{node}', 'node_modules/knip/bin/knip.js'],
      ['{node}', 'node_modules/vitest/vitest.mjs', 'run', '--project', 'domain'],
    ],
  },
  test: {
    build: ['server', 'web'],
    needs: ['chromium', 'nats-server'],
    run: [
      ['{node}', 'node_modules/@biomejs/biome/bin/biome', 'ci', '.'],
      ['{bin}/oxlint'],
      ['{bin}/tsc', '-p', '.'],
      ['{bin}/tsc', '-p', 'sandbox'],
      ['{bin}/tsc', '-p', 'web'],
      ['{node}', 'node_modules/knip/bin/knip.js'],
      ['{node}', 'node_modules/vitest/vitest.mjs', 'run'],
    ],
  },
  screenshots: {
    build: ['server', 'web'],
    needs: ['chromium'],
    run: [['{node}', ...flags, 'web/scripts/screenshots.ts']],
  },
}
