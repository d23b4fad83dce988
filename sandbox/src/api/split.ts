// Shares of a charge: the application fee and the transfer to a connected account that a payment
// intent asked for.
import type Stripe from 'stripe'
import { newId } from '../core/ids.ts'
import { APPLICATION } from '../objects/balance-transaction.ts'
import type { ApplicationFee, Charge, PaymentIntent, Transfer } from '../objects/kinds.ts'
import type { Unit } from '../store/unit.ts'
import { addLedgerLine } from './ledger.ts'

export interface TransferInput {
  amount: number
  currency: string
  destination: string
  sourceTransaction: string | null
  group: string | null
  description: string | null
  metadata: Record<string, string>
  sourceType?: 'bank_account' | 'card' | 'fpx' | undefined
}

export function makeTransfer(unit: Unit, input: TransferInput): Transfer {
  const id = newId('tr')
  const debit = addLedgerLine(unit, {
    type: 'transfer',
    category: 'transfer',
    source: id,
    amount: -input.amount,
    fee: 0,
    currency: input.currency,
    description: input.description,
    pendingSeconds: 0,
  })
  const transfer = {
    id,
    object: 'transfer',
    amount: input.amount,
    amount_reversed: 0,
    balance_transaction: debit.id,
    created: unit.now,
    currency: input.currency,
    description: input.description,
    destination: input.destination,
    destination_payment: newId('py'),
    livemode: false,
    metadata: input.metadata,
    reversals: { object: 'list', data: [], has_more: false, url: `/v1/transfers/${id}/reversals` },
    reversed: false,
    source_transaction: input.sourceTransaction,
    source_type: input.sourceType ?? 'card',
    transfer_group: input.group,
  } satisfies Transfer & Stripe.Transfer
  unit.put('transfer', transfer)
  unit.onWrite(() => {
    // The seller's own balance lives under the seller's account.
    unit.store.execute(
      'insert into balances (account, currency, available_on, net) values (?, ?, 0, ?) on conflict (account, currency, available_on) do update set net = net + excluded.net',
      input.destination,
      input.currency,
      input.amount,
    )
  })
  unit.emit('transfer.created', transfer)
  return transfer
}

/** Books the platform's share of a charge; `unit` holds the platform's books. */
export function makeApplicationFee(
  unit: Unit,
  charge: Charge,
  amount: number,
  account: string,
): ApplicationFee {
  const id = newId('fee')
  const line = addLedgerLine(unit, {
    type: 'application_fee',
    category: 'platform_earning',
    source: id,
    amount,
    fee: 0,
    currency: charge.currency,
    description: null,
    pendingSeconds: 0,
  })
  const fee = {
    id,
    object: 'application_fee',
    account,
    amount,
    amount_refunded: 0,
    application: APPLICATION,
    balance_transaction: line.id,
    charge: charge.id,
    created: unit.now,
    currency: charge.currency,
    fee_source: { charge: charge.id, type: 'charge' },
    livemode: false,
    originating_transaction: charge.id,
    refunded: false,
    refunds: { object: 'list', data: [], has_more: false, url: `/v1/application_fees/${id}/refunds` },
  } satisfies ApplicationFee & Stripe.ApplicationFee
  unit.put('application_fee', fee)
  unit.emit('application_fee.created', fee)
  return fee
}

export type Target = NonNullable<PaymentIntent['transfer_data']>

/**
 * Pays the destination of a destination charge: all of it, or the amount asked for, less the
 * application fee.
 */
export function payDestination(unit: Unit, charge: Charge, target: Target | null): Charge {
  if (target === null) return charge
  const destination = typeof target.destination === 'string' ? target.destination : target.destination.id
  const gross = Math.min(target.amount ?? charge.amount_captured, charge.amount_captured)
  const transfer = makeTransfer(unit, {
    amount: gross,
    currency: charge.currency,
    destination,
    sourceTransaction: charge.id,
    group: charge.transfer_group,
    description: target.description ?? charge.description,
    metadata: target.metadata ?? {},
  })
  const share = charge.application_fee_amount
  if (share === null || share === 0) return { ...charge, transfer: transfer.id }
  const fee = makeApplicationFee(unit, charge, Math.min(share, gross), destination)
  unit.onWrite(() =>
    unit.store.execute(
      'update balances set net = net - ? where account = ? and currency = ? and available_on = 0',
      fee.amount,
      destination,
      charge.currency,
    ),
  )
  return { ...charge, transfer: transfer.id, application_fee: fee.id }
}
