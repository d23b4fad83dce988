// Writes a line of the balance and keeps the sums by day that GET /v1/balance reads.
import type Stripe from 'stripe'
import { type LedgerLine, newBalanceTransaction } from '../objects/balance-transaction.ts'
import type { BalanceTransaction } from '../objects/kinds.ts'
import type { Unit } from '../store/unit.ts'

export function addLedgerLine(unit: Unit, line: LedgerLine): BalanceTransaction {
  const transaction = newBalanceTransaction(line, unit.now)
  unit.put('balance_transaction', transaction)
  const day = line.pendingSeconds === 0 ? 0 : transaction.available_on
  unit.onWrite(() => {
    unit.store.execute(
      'insert into balances (account, currency, available_on, net) values (?, ?, ?, ?) on conflict (account, currency, available_on) do update set net = net + excluded.net',
      unit.account,
      transaction.currency,
      day,
      transaction.net,
    )
    if (day === 0 && transaction.net > 0) announceBalance(unit)
  })
  return transaction
}

export interface BalanceLine {
  currency: string
  available: number
  pending: number
}

export function balanceOf(unit: Unit, account = unit.account): BalanceLine[] {
  return unit.store.query<BalanceLine>(
    `select currency, sum(case when available_on <= ? then net else 0 end) as available, sum(case when available_on > ? then net else 0 end) as pending
     from balances where account = ? group by currency order by currency`,
    unit.now,
    unit.now,
    account,
  )
}

export function balanceBody(unit: Unit): Stripe.Balance {
  const lines = balanceOf(unit)
  const part = (pick: 'available' | 'pending') =>
    lines.map((line) => ({ amount: line[pick], currency: line.currency, source_types: { card: line[pick] } }))
  const none = [{ amount: 0, currency: 'usd', source_types: { card: 0 } }]
  return {
    object: 'balance',
    available: lines.length === 0 ? none : part('available'),
    livemode: false,
    pending: lines.length === 0 ? none : part('pending'),
  }
}

/** More money can be paid out than before. */
export function announceBalance(unit: Unit): void {
  unit.emit('balance.available', balanceBody(unit))
}
