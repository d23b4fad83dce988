// A small on-sale for people to watch: simulated guests hold, pay, leave and cancel, over the
// shop's own HTTP routes. Only with the demo and the card sandbox, and one at a time: nobody buys
// for show with real money.
import type { Availability, OpsDemoRun, OrderView, ShowView } from '@holdfast/contract'
import type { Config } from '../../config/config.ts'
import type { DemoOnSale } from '../../ops/overview.ts'
import { findDemoShow } from '../../ops/read/overview.ts'
import { readDemoId } from '../../platform/http/operators.ts'
import { ProblemError } from '../../platform/http/problem.ts'
import { type Http, sessionCookieName } from '../../platform/http/server.ts'
import type { Queryable } from '../../platform/postgres/database.ts'
import type { Clock } from '../../platform/process/clock.ts'
import type { Log } from '../../platform/process/log.ts'

/** Buyers come over this long, think before they pay, and buy up to this many places. */
const arriveOverMs = 6_000
const thinkMs = 2_500
const placesMax = 4
const shareThatPays = 0.75
const shareThatCancels = 0.1

interface DemoParts {
  readonly app: Http
  readonly db: Queryable
  readonly clock: Clock
  readonly log: Log
  readonly config: Config
}

type Run = { -readonly [Name in keyof OpsDemoRun]: OpsDemoRun[Name] }

export function makeDemoOnSale(parts: DemoParts): DemoOnSale {
  const { db, clock, log, config } = parts
  let run: Run | null = null
  const allowed = config.demo && config.processor.kind === 'sandbox'

  const findShow = async (): Promise<string | null> => {
    const organiserId = allowed ? await readDemoId(config.dataDirectory) : null
    if (organiserId === null) return null
    return findDemoShow(db, organiserId)
  }

  return {
    async look() {
      const showId = await findShow()
      return { available: showId !== null, showId, run: run && { ...run } }
    },
    async fire({ buyers, showId: asked }) {
      const showId = allowed ? (asked ?? (await findShow())) : null
      if (showId === null) throw new ProblemError('demo_unavailable')
      if (run?.state === 'running') return { ...run }
      const answer = await parts.app.inject({ method: 'GET', url: `/api/shows/${showId}` })
      const show = answer.statusCode === 200 ? answer.json<ShowView>() : null
      if (show?.status !== 'on_sale') throw new ProblemError('demo_unavailable')
      const startedAt = new Date(clock.nowMs()).toISOString()
      const begun: Run = {
        state: 'running',
        startedAt,
        showId,
        buyers,
        held: 0,
        paid: 0,
        left: 0,
        refused: 0,
        failed: 0,
      }
      run = begun
      const all = Array.from({ length: buyers }, async (_, index) => {
        await clock.sleep(Math.random() * arriveOverMs)
        await buy(parts, { show, run: begun, index })
      })
      void Promise.allSettled(all).then((results) => {
        begun.state = 'finished'
        for (const result of results) {
          if (result.status === 'fulfilled') continue
          begun.failed += 1
          log.warn({ err: result.reason as Error }, 'a simulated buyer failed')
        }
      })
      return { ...begun }
    },
  }
}

/** What one guest does. Each has an address of its own, from a range that is nobody's. */
async function buy(
  { app, clock, config }: DemoParts,
  { show, run, index }: { show: ShowView; run: Run; index: number },
): Promise<void> {
  const remoteAddress = `198.51.100.${(index % 250) + 1}`
  const name = sessionCookieName(config.publicUrl)
  const cookies: Record<string, string> = {}
  const call = (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) =>
    app.inject({ method, url, cookies, remoteAddress, ...(payload ? { payload } : {}) })
  const guest = await call('POST', '/api/users/guest', { email: `buyer${index + 1}@demo.holdfast.example` })
  const token = guest.cookies.find((cookie) => cookie.name === name)?.value
  if (guest.statusCode !== 201 || token === undefined)
    throw new Error(`no guest session: ${guest.statusCode}`)
  cookies[name] = token
  const line = chooseLine(
    show,
    (await call('GET', `/api/shows/${show.id}/availability`)).json<Availability>(),
  )
  const held = line ? await call('POST', '/api/orders', { showId: show.id, lines: [line] }) : null
  if (held?.statusCode !== 201) {
    run.refused += 1
    return
  }
  run.held += 1
  const order = held.json<OrderView>()
  const mood = Math.random()
  await clock.sleep(Math.random() * thinkMs)
  if (mood < shareThatPays) {
    const paid = await call('POST', '/api/payments', { orderId: order.id, paymentMethod: 'pm_card_visa' })
    if (paid.statusCode === 201) run.paid += 1
    else run.failed += 1
    return
  }
  run.left += 1
  if (mood < shareThatPays + shareThatCancels) await call('DELETE', `/api/orders/${order.id}`)
}

/** Some free places of some type: seats side by side where there are seats. */
function chooseLine(show: ShowView, availability: Availability) {
  const free = show.ticketTypes.filter(({ id }) =>
    availability.ticketTypes.some((type) => type.id === id && type.available > 0),
  )
  const type = free[Math.floor(Math.random() * free.length)]
  if (!type) return null
  const wanted = 1 + Math.floor(Math.random() * Math.min(placesMax, show.maxPerOrder))
  if (!type.seats) return { ticketTypeId: type.id, quantity: wanted }
  const open = new Set(availability.seats?.filter(({ state }) => state === 'available').map(({ id }) => id))
  const seats = type.seats.filter(({ id }) => open.has(id))
  const from = Math.floor(Math.random() * Math.max(1, seats.length - wanted))
  return { ticketTypeId: type.id, seatIds: seats.slice(from, from + wanted).map(({ id }) => id) }
}
