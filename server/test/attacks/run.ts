// Attacks on a shop, with honest buyers in between: what they get before and during each attack.
// `--seconds` for each attack, `--addresses` of the attackers, `--only bodies,streams`,
// `--limits off` for a shop without limits, `--together` for all attacks at once.
import { parseArgs } from 'node:util'
import { type AttackKind, attackKinds } from './attackers.ts'
import { buyFor } from './buyers.ts'
import { pause } from './http-from.ts'
import { type Stage, startStage } from './stage.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    addresses: { type: 'string', default: '1,1000' },
    only: { type: 'string', default: attackKinds.join(',') },
    limits: { type: 'string', default: 'on' },
    together: { type: 'boolean', default: false },
    buyers: { type: 'string', default: '8' },
  },
})
const seconds = Number(values.seconds)
const buyers = Number(values.buyers)
const kinds = attackKinds.filter((kind) => values.only.split(',').includes(kind))
const addressCounts = values.addresses.split(',').map(Number)

/** Connections held open, or calls a second. */
const counts: Readonly<Record<AttackKind, number>> = {
  bodies: 3_000,
  streams: 10_000,
  headers: 3_000,
  holds: 50,
  declines: 20,
}
/** All at once share the machine with the shop and its buyers. */
const togetherCounts: Readonly<Record<AttackKind, number>> = {
  bodies: 3_000,
  streams: 4_000,
  headers: 2_000,
  holds: 20,
  declines: 10,
}
/** Until the attackers have opened what they want. */
const growMs = 8_000
const quietShareMin = 0.5

const say = (text: string) => process.stdout.write(`${text}\n`)
const problems: string[] = []

const columns = [28, 9, 11, 9, 9, 8, 8] as const
const row = (cells: readonly (string | number)[]) =>
  cells.map((cell, index) => String(cell).padEnd(columns[index] ?? 0)).join(' ')

async function measure(stage: Stage, name: string, addresses: number, quiet: number | null): Promise<number> {
  const { port, showId, ticketTypeId } = stage
  const bought = await buyFor({ port, showId, ticketTypeId, buyers, seconds })
  const share = quiet === null ? 1 : bought.perSecond / quiet
  say(
    row([
      name,
      addresses || '',
      bought.perSecond.toFixed(1),
      `${Math.round(share * 100)} %`,
      Math.round(bought.p95Ms),
      bought.failures.length,
      stage.residentMb(),
    ]),
  )
  if (share < quietShareMin) problems.push(`${name} from ${addresses}: ${Math.round(share * 100)} % of quiet`)
  if (bought.failures.length > 0) problems.push(`${name} from ${addresses}: ${bought.failures.join(', ')}`)
  return bought.perSecond
}

async function underAttack(
  stage: Stage,
  attacks: readonly AttackKind[],
  addresses: number,
  quiet: number,
): Promise<void> {
  const wanted = attacks.length > 1 ? togetherCounts : counts
  const begun = attacks.map((kind) => stage.attack({ kind, addresses, count: wanted[kind] }))
  await pause(growMs)
  await measure(stage, attacks.join('+'), addresses, quiet)
  const reports = await Promise.all(begun.map((attack) => attack.stop()))
  for (const [index, { answers }] of reports.entries())
    say(`    ${attacks[index]}: ${JSON.stringify(answers)}`)
  await pause(2_000)
}

const stage = await startStage({ RATE_LIMITS: values.limits })
try {
  say(row(['attack', 'addresses', 'orders/s', 'of quiet', 'p95 ms', 'failed', 'MB']))
  const { port, showId, ticketTypeId } = stage
  await buyFor({ port, showId, ticketTypeId, buyers, seconds: Math.min(seconds, 5) })
  const quiet = await measure(stage, 'quiet', 0, null)
  for (const addresses of addressCounts) {
    if (values.together) await underAttack(stage, kinds, addresses, quiet)
    else for (const kind of kinds) await underAttack(stage, [kind], addresses, quiet)
  }
  await measure(stage, 'quiet again', 0, quiet)
  const found = await stage.audit()
  if (found !== '') problems.push(`the auditor: ${found}`)
} finally {
  await stage.stop()
}
for (const problem of problems) say(`PROBLEM ${problem}`)
say(problems.length === 0 ? 'paying stayed alive, and the auditor finds nothing' : 'it did not hold')
process.exitCode = problems.length === 0 ? 0 : 1
