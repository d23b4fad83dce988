// A shop that sells for minutes, `--rounds` whole purchases a second, with the memory of its process
// once a minute: `--minutes 30`. Fails if memory still grows after the first third.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buyOnce } from './buyers.ts'
import { addressOf, callerFrom, pause } from './http-from.ts'
import { startStage } from './stage.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rounds: { type: 'string', default: '20' },
  },
})
const minutes = Number(values.minutes)
const roundsPerSecond = Number(values.rounds)
const buyersBlock = 60
const addresses = 200
/** More at once are not begun: the shop is slower than it is asked to be. */
const underWayMax = 200
/** What memory may grow after the first third. */
const growthMax = 1.1

const say = (text: string) => process.stdout.write(`${text}\n`)

/** As `npm start` runs it. */
const { flags, environment } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', '..', 'scripts', 'node-process.json'), 'utf8'),
) as { readonly flags: readonly string[]; readonly environment: Readonly<Record<string, string>> }

const stage = await startStage(environment, flags)
const failures: string[] = []
const residents: number[] = []
let bought = 0
let skipped = 0
try {
  say(`minute 0: ${stage.residentMb()} MB`)
  let begun = 0
  let underWay = 0
  const startedMs = performance.now()
  const round = async () => {
    underWay += 1
    const caller = callerFrom(addressOf(buyersBlock, begun % addresses), stage.port)
    const failure = await buyOnce(caller, stage)
    caller.close()
    underWay -= 1
    if (failure === null) bought += 1
    else failures.push(failure)
  }
  while (residents.length < minutes) {
    const elapsedMs = performance.now() - startedMs
    for (const due = (elapsedMs / 1_000) * roundsPerSecond; begun < due; begun += 1) {
      if (underWay < underWayMax) void round()
      else skipped += 1
    }
    if (elapsedMs >= (residents.length + 1) * 60_000) {
      residents.push(stage.residentMb())
      say(`minute ${residents.length}: ${residents.at(-1)} MB, ${bought} orders, ${skipped} not begun`)
    }
    await pause(20)
  }
  const found = await stage.audit()
  if (found !== '') failures.push(`the auditor: ${found}`)
} finally {
  await stage.stop()
}
const settled = residents.slice(Math.floor(minutes / 3))
const grows = Math.max(...settled) > (settled[0] ?? 0) * growthMax
if (grows) failures.push(`memory grows: ${settled.join(', ')} MB`)
for (const failure of failures.slice(0, 20)) say(`PROBLEM ${failure}`)
say(failures.length === 0 ? 'memory is flat, and the auditor finds nothing' : 'it did not hold')
process.exitCode = failures.length === 0 ? 0 : 1
