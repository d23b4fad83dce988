// What time alone does: authorizations expire, refunds settle or come back, disputes lapse, payouts
// arrive, old keys and events are forgotten.
import { endProcessing } from './api/attempt.ts'
import { payPayout } from './api/balance.ts'
import { release } from './api/capture.ts'
import { expireSession, followIntent } from './api/checkout/complete.ts'
import { endDispute } from './api/disputes.ts'
import { EVENT_DAYS } from './api/events.ts'
import { announceBalance } from './api/ledger.ts'
import { settleRefund } from './api/refunds.ts'
import { DAY_SECONDS } from './core/clock.ts'
import type { Engine } from './engine.ts'
import type { Unit } from './store/unit.ts'

const BATCH = 200

function moveOne(unit: Unit, kind: string, id: string, baseUrl: string): void {
  if (kind === 'payment_intent') {
    const intent = unit.find('payment_intent', id)
    if (intent?.status === 'requires_capture') release(unit, intent, 'automatic', 'charge.expired')
    if (intent?.status === 'processing') {
      endProcessing({ unit, baseUrl, wantFault: () => undefined }, intent)
      followIntent(unit, unit.find('payment_intent', id) ?? intent)
    }
    return
  }
  if (kind === 'checkout.session') {
    const session = unit.find('checkout.session', id)
    if (session?.status === 'open') expireSession(unit, session)
    return
  }
  if (kind === 'refund') {
    const refund = unit.find('refund', id)
    const next = unit.hidden('refund', id)?.next
    if (refund !== undefined && next !== undefined) settleRefund(unit, refund, next)
    return
  }
  if (kind === 'dispute') {
    const dispute = unit.find('dispute', id)
    if (dispute !== undefined) endDispute(unit, dispute, 'lost')
    return
  }
  if (kind === 'payout') {
    const payout = unit.find('payout', id)
    if (payout !== undefined) payPayout(unit, payout)
  }
}

/** The last day on which money became available, by sandbox: it does so at midnight only. */
const balanceDays = new WeakMap<Engine, number>()

/** Tells each account whose pending money can now be paid out. */
async function announceBalances(engine: Engine): Promise<void> {
  const now = engine.clock.now()
  const day = Math.floor(now / DAY_SECONDS)
  if (balanceDays.get(engine) === day) return
  const seen = Number(engine.store.meta('balance_seen') ?? 0)
  const due = engine.store.query<{ account: string }>(
    'select distinct account from balances where available_on > ? and available_on <= ? and net > 0',
    seen,
    now,
  )
  await engine.commit.run(() => {
    for (const { account } of due) {
      const unit = engine.newUnit(account, { id: null, idempotencyKey: null })
      announceBalance(unit)
      unit.write()
    }
    engine.store.putMeta('balance_seen', String(now))
  })
  balanceDays.set(engine, day)
}

/** Moves everything whose time has come; returns how many objects moved. */
export async function runDueJobs(engine: Engine): Promise<number> {
  let moved = 0
  for (;;) {
    const due = engine.store.dueBefore(engine.clock.now(), BATCH)
    if (due.length === 0) break
    await engine.commit.run(() => {
      for (const { id, kind, account } of due) {
        const unit = engine.newUnit(account, { id: null, idempotencyKey: null })
        moveOne(unit, kind, id, engine.baseUrl)
        unit.write()
        engine.store.execute(
          'update objects set due = null where id = ? and due <= ?',
          id,
          engine.clock.now(),
        )
      }
    })
    moved += due.length
  }
  await announceBalances(engine)
  const old = engine.clock.now() - DAY_SECONDS
  if (engine.store.hasKeyBefore(old)) await engine.commit.run(() => engine.store.forgetKeysBefore(old))
  const expired = engine.clock.now() - EVENT_DAYS * DAY_SECONDS
  if (engine.store.hasEventBefore(expired))
    await engine.commit.run(() => engine.store.forgetEventsBefore(expired))
  return moved
}

export function startJobs(engine: Engine, log: (message: string) => void): () => Promise<void> {
  let running: Promise<unknown> | undefined
  const timer = setInterval(() => {
    running ??= runDueJobs(engine)
      .catch((error: unknown) => log(`timed work failed: ${String(error)}`))
      .finally(() => {
        running = undefined
      })
  }, 500)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await running
  }
}
