// `npm run bench`: measures this machine on the embedded Postgres with durable commits, checks the
// databases behind all turns, and prints the figures. Fails when an invariant is broken, never
// because a machine is slow.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '../../server/src/platform/postgres/embedded/server.ts'
import { buildPrograms } from './build.ts'
import type { Bench, Cell, Figures, OpenCell } from './cells/cell.ts'
import { groups } from './cells/cells.ts'
import { describe, ratiosOf, rowsOf } from './report.ts'
import { assertDurable } from './stage.ts'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '5' },
    only: { type: 'string' },
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
    /** Arguments for the shop's Node, such as --cpu-prof; comma-separated. */
    'shop-node': { type: 'string', default: '' },
  },
})

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Error(`--${name}: expected a whole number, got "${text}"`)
  return Number(text)
}

function chooseCells(only: string | undefined): readonly (readonly Cell[])[] {
  if (only === undefined) return groups
  const names = only.split(',')
  const cells = groups.flat()
  const unknown = names.filter((name) => !cells.some((cell) => cell.name.startsWith(name)))
  if (unknown.length > 0)
    throw new Error(
      `--only: no cell ${unknown.join(', ')}; there are ${cells.map(({ name }) => name).join(', ')}`,
    )
  return groups.map((group) => group.filter((cell) => names.some((name) => cell.name.startsWith(name))))
}

function oneLine({ perSecond, p50Ms, p99Ms }: Figures): string {
  const rate = perSecond === null ? '' : `${perSecond.toFixed(0)}/s, `
  return `${rate}p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`
}

const rounds = options.quick ? 1 : wholeNumber('rounds', options.rounds)
const seconds = options.quick ? 1 : wholeNumber('seconds', options.seconds)
const chosen = chooseCells(options.only)
const results = new Map<string, Figures[]>(chosen.flat().map(({ name }) => [name, []]))
const broken: string[] = []

await buildPrograms()
const directory = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
// As many as all the shops of a group take together.
const postgres = await startEmbeddedPostgres(join(directory, 'postgres'), () => undefined, {
  max_connections: '300',
})

async function tidyUp(): Promise<void> {
  await postgres.stop()
  await rm(directory, { recursive: true, force: true })
}

// The database outlives a killed process by design; one that only measured must not.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void tidyUp().finally(() => process.exit(130)))

function complain(name: string, problems: readonly string[]): void {
  for (const problem of problems) {
    broken.push(`${name}: ${problem}`)
    say(`        BROKEN  ${name}: ${problem}`)
  }
}

async function runGroup(bench: Bench, group: readonly Cell[]): Promise<void> {
  const standing: (OpenCell & { readonly name: string })[] = []
  for (const cell of group) {
    say(`  setting up ${cell.name}`)
    standing.push({ ...(await cell.open(bench)), name: cell.name })
  }
  for (let round = 1; round <= bench.rounds; round += 1) {
    // Every other round runs backwards, so that what a turn leaves behind does not always fall on
    // the same next one.
    for (const cell of round % 2 === 1 ? standing : standing.toReversed()) {
      const figures = await cell.run()
      results.get(cell.name)?.push(figures)
      say(`  ${round}/${bench.rounds}  ${cell.name.padEnd(26)} ${oneLine(figures)}`)
      complain(cell.name, figures.problems)
    }
  }
  for (const cell of standing) complain(cell.name, await cell.close())
}

try {
  await assertDurable(postgres.url)
  const postgresPid = Number.parseInt(
    await readFile(join(directory, 'postgres', 'cluster', 'postmaster.pid'), 'utf8'),
    10,
  )
  const shopArguments = options['shop-node'].split(',').filter(Boolean)
  const bench: Bench = { serverUrl: postgres.url, postgresPid, seconds, rounds, shopArguments }
  say(
    `${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GB, Node ${process.version}`,
  )
  say(`Embedded Postgres, fsync and synchronous_commit on. ${rounds} turn(s) of ${seconds} s for each.\n`)
  for (const group of chosen) await runGroup(bench, group)
} finally {
  await tidyUp()
}

say(`\n${describe(results)}`)
if (options.json)
  await writeFile(
    options.json,
    JSON.stringify({ rows: rowsOf(results), ratios: ratiosOf(results), broken }, null, 2),
  )
say(broken.length === 0 ? '\nEvery invariant held in the end.' : `\n${broken.length} invariants were broken.`)
process.exitCode = broken.length === 0 ? 0 : 1
