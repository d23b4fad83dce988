// Writes a line of the balance and keeps the sums by day that GET /v1/balance reads.
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
