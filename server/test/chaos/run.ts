// `npm run chaos`: real processes, real faults, a verdict and a report. Fails when an invariant is
// broken or a fault that had to strike did not; never because a machine is slow.
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { runChaos } from './chaos.ts'
import { describe } from './figures.ts'
import { makeReport } from './report.ts'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    kills: { type: 'string', default: '20' },
    /** How many orders must have been acknowledged. */
    orders: { type: 'string', default: '0' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 1_000) % 1_000_000) },
    topology: { type: 'string', default: 'two' },
    /** How events travel: postgres or nats. */
    bus: { type: 'string', default: 'postgres' },
    buyers: { type: 'string', default: '120' },
    think: { type: 'string', default: '100' },
    /** The longest that a process is frozen, in seconds. */
    freeze: { type: 'string' },
    /** Which faults must have struck: all, kills or none. */
    require: { type: 'string', default: 'all' },
    /** Within how many seconds after the last fault everything must be at rest. */
    rest: { type: 'string', default: '420' },
    report: { type: 'string', default: 'chaos-report.html' },
  },
})

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name}: expected a whole number, got "${text}"`)
  return Number(text)
}

const say = (text: string) => process.stdout.write(`${text}\n`)
const seconds = wholeNumber('seconds', options.seconds)
if (options.topology !== 'two' && options.topology !== 'split') throw new Error('--topology: two or split')
const { require: required, bus } = options
if (bus !== 'postgres' && bus !== 'nats') throw new Error('--bus: postgres or nats')
if (required !== 'all' && required !== 'kills' && required !== 'none')
  throw new Error('--require: all, kills or none')

let endStage: () => Promise<void> = async () => undefined
// What was started here outlives us otherwise: Postgres by design.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void endStage().finally(() => process.exit(130)))

const result = await runChaos({
  seed: wholeNumber('seed', options.seed),
  topology: options.topology,
  bus,
  seconds,
  kills: wholeNumber('kills', options.kills),
  orders: wholeNumber('orders', options.orders),
  ownDisk: true,
  required,
  // A slower machine gets a quarter more time for its kills and orders.
  limitSeconds: seconds * 1.25 + 240,
  buyers: wholeNumber('buyers', options.buyers),
  thinkMs: wholeNumber('think', options.think),
  longestFreezeMs: 1_000 * wholeNumber('freeze', options.freeze ?? (seconds >= 300 ? '60' : '4')),
  longestPauseMs: seconds >= 300 ? 3_000 : 1_500,
  restWithinSeconds: wholeNumber('rest', options.rest),
  say,
  onStage: (end) => {
    endStage = end
  },
})
say(`\n${describe(result)}`)
await writeFile(options.report, makeReport(result))
say(`\nReport: ${options.report}`)
const broken = result.verdicts.reduce((sum, { breaches }) => sum + breaches.length, 0)
if (result.missed.length > 0) say(`These faults never struck: ${result.missed.join(', ')}`)
say(broken === 0 ? 'Every invariant held.' : `${broken} breaches.`)
process.exit(broken === 0 && result.missed.length === 0 ? 0 : 1)
