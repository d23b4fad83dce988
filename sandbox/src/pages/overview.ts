// The numbers and rows that the dashboard shows; read from indexes only, newest first.
import { balanceOf } from '../api/ledger.ts'
import { listObjects } from '../api/lists.ts'
import type { Engine } from '../engine.ts'

const ROWS = 30

interface EventLine {
  id: string
  type: string
  created: number
}
interface DeliveryLine {
  id: number
  event: string
  type: string
  endpoint: string
  state: string
  attempts: number
  fault: string | null
  log: string | null
}

export function overview(engine: Engine): Promise<object> {
  return engine.look((unit) => {
    const deliveries = engine.store.query<DeliveryLine>(
      'select d.id, e.id as event, e.type, d.endpoint, d.state, d.attempts, d.fault, d.log from deliveries d join events e on e.seq = d.event_seq order by d.id desc limit ?',
      ROWS,
    )
    return {
      now: unit.now,
      offset_seconds: engine.clock.offsetSeconds(),
      balance: balanceOf(unit),
      payments: listObjects(unit, 'payment_intent', [], { limit: ROWS }, '').data.map(
        ({ id, amount, currency, status, created, latest_charge, metadata, last_payment_error }) => ({
          id,
          amount,
          currency,
          status,
          created,
          latest_charge,
          metadata,
          error: last_payment_error?.decline_code ?? last_payment_error?.code ?? null,
        }),
      ),
      events: engine.store.query<EventLine>(
        "select id, type, created from events where account = '' order by created desc, seq desc limit ?",
        ROWS,
      ),
      deliveries: deliveries.map((row) => ({
        ...row,
        log: row.log === null ? [] : (JSON.parse(row.log) as unknown),
      })),
      ledger: listObjects(unit, 'balance_transaction', [], { limit: ROWS }, '').data.map(
        ({ id, type, amount, fee, net, currency, source, status, created }) => ({
          id,
          type,
          amount,
          fee,
          net,
          currency,
          source,
          status,
          created,
        }),
      ),
      disputes: listObjects(unit, 'dispute', [], { limit: ROWS }, '').data.map(
        ({ id, amount, currency, status, reason, charge }) => ({
          id,
          amount,
          currency,
          status,
          reason,
          charge,
        }),
      ),
      endpoints: listObjects(unit, 'webhook_endpoint', [], { limit: ROWS }, '').data.map(
        ({ id, url, enabled_events, status }) => ({
          id,
          url,
          enabled_events,
          status,
        }),
      ),
      faults: engine.faults.list(),
      struck: engine.faults.counts(),
      waiting:
        engine.store.query<{ n: number }>(
          "select count(*) as n from (select 1 from deliveries where state = 'waiting' limit 1000)",
        )[0]?.n ?? 0,
    }
  })
}
