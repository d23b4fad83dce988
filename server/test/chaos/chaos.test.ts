// The promise on real processes: people buy while shops, processor, Postgres and broker are killed, frozen and cut off, and
// afterwards every invariant holds. `npm run chaos` is the same for longer and harder, with a report.
import { expect, it } from 'vitest'
import { type ChaosOptions, type ChaosResult, runChaos } from './chaos.ts'
import { describe } from './figures.ts'

const longEnoughMs = 900_000

async function survive(options: Pick<ChaosOptions, 'bus' | 'seconds' | 'kills' | 'required'>): Promise<ChaosResult> {
  const said: string[] = []
  const result = await runChaos({
    ...options,
    seed: 20_261_122,
    topology: 'two',
    orders: 0,
    // What mounts a disk does so only when it is asked to.
    ownDisk: false,
    limitSeconds: 400,
    buyers: 40,
    thinkMs: 100,
    longestFreezeMs: 2_500,
    longestPauseMs: 500,
    restWithinSeconds: 300,
    say: (text) => said.push(text),
  })
  const breaches = result.verdicts.flatMap((verdict) => verdict.breaches)
  expect(breaches, `${describe(result)}\n${said.join('\n')}`).toEqual([])
  expect(result.missed).toEqual([])
  expect(result.timeline.kills.length).toBeGreaterThanOrEqual(options.kills)
  return result
}

it(
  'twenty kills and all sorts of trouble later nothing acknowledged is lost, nothing is stuck and money balances',
  async () => {
    // On a machine that is busy with other tests some kinds come late: here the kills must all have struck, elsewhere everything.
    const result = await survive({ bus: 'nats', seconds: 25, kills: 20, required: 'kills' })
    expect(result.journal.orders.size).toBeGreaterThan(100)
    expect(result.states.map(({ status }) => status)).toEqual(expect.arrayContaining(['cancelled: expired', 'complete']))
  },
  longEnoughMs,
)

it(
  'a shop without a broker survives the same',
  async () => {
    const result = await survive({ bus: 'postgres', seconds: 10, kills: 8, required: 'none' })
    expect(result.journal.orders.size).toBeGreaterThan(20)
    expect(result.states.map(({ status }) => status)).toContain('complete')
  },
  longEnoughMs,
)
