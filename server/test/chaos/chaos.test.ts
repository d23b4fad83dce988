// The promise on real processes: people buy while shops, processor, Postgres and broker are killed,
// frozen and cut off, and afterwards every invariant holds. `npm run chaos` is the same for longer
// and harder, with a report, also without a broker.
import { expect, it } from 'vitest'
import { runChaos } from './chaos.ts'
import { describe } from './figures.ts'

it('eight kills and all sorts of trouble later nothing acknowledged is lost, nothing is stuck and money balances', async () => {
  const said: string[] = []
  const result = await runChaos({
    seed: 20_261_122,
    topology: 'two',
    // What does not come by the broker is read from the outbox, as in a shop without one.
    bus: 'nats',
    seconds: 12,
    kills: 8,
    orders: 0,
    // What mounts a disk does so only when it is asked to.
    ownDisk: false,
    // On a machine that is busy with other tests some kinds come late. That every one of them
    // strikes is asked of the long form.
    required: 'none',
    limitSeconds: 400,
    buyers: 24,
    thinkMs: 100,
    longestFreezeMs: 2_500,
    longestPauseMs: 500,
    restWithinSeconds: 300,
    say: (text) => said.push(text),
  })
  const breaches = result.verdicts.flatMap((verdict) => verdict.breaches)
  expect(breaches, `${describe(result)}\n${said.join('\n')}`).toEqual([])
  expect(result.timeline.kills.length).toBeGreaterThanOrEqual(8)
  expect(result.journal.orders.size).toBeGreaterThan(40)
  expect(result.states.map(({ status }) => status)).toEqual(
    expect.arrayContaining(['cancelled: expired', 'complete']),
  )
}, 900_000)
