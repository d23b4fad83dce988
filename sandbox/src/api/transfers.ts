// Money to sellers: transfers and their reversals, by hand or as part of a refund.
import type Stripe from 'stripe'
import { checkCurrency, spoken } from '../core/currency.ts'
import { badParamReference, invalidRequest, missingParam, noSuch } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { anything, filled, flag, mergeMetadata, metadata, positive, type Read, text } from '../core/params.ts'
import type { Charge, Transfer, TransferReversal } from '../objects/kinds.ts'
import type { Unit } from '../store/unit.ts'
import { refundFee } from './application-fees.ts'
import { type RouteTable, route } from './call.ts'
import { addLedgerLine, balanceOf } from './ledger.ts'
import { listObjects, listRoute } from './lists.ts'
import { makeTransfer } from './split.ts'

function withReversals(unit: Unit, transfer: Transfer): Transfer {
  const url = `/v1/transfers/${transfer.id}/reversals`
  const page = listObjects(unit, 'transfer_reversal', [['transfer', transfer.id]], {}, url)
  return { ...transfer, reversals: page }
}

export function reverseTransfer(unit: Unit, transfer: Transfer, amount: number, meta: Record<string, string>): TransferReversal {
  const left = transfer.amount - transfer.amount_reversed
  if (amount > left) {
    throw invalidRequest(
      `Transfer reversal amount (${spoken(amount, transfer.currency)}) is greater than unreversed amount on transfer (${spoken(left, transfer.currency)})`,
      { param: 'amount' },
    )
  }
  const id = newId('trr')
  const credit = addLedgerLine(unit, {
    type: 'transfer_refund',
    category: 'transfer_reversal',
    source: id,
    amount,
    fee: 0,
    currency: transfer.currency,
    description: `REFUND FOR TRANSFER (${transfer.id})`,
    pendingSeconds: 0,
  })
  const reversal = {
    id,
    object: 'transfer_reversal',
    amount,
    balance_transaction: credit.id,
    created: unit.now,
    currency: transfer.currency,
    destination_payment_refund: null,
    metadata: meta,
    source_refund: null,
    transfer: transfer.id,
  } satisfies TransferReversal & Stripe.TransferReversal
  unit.put('transfer_reversal', reversal)
  const after = {
    ...transfer,
    amount_reversed: transfer.amount_reversed + amount,
    reversed: transfer.amount_reversed + amount === transfer.amount,
  }
  unit.put('transfer', after)
  const { destination } = transfer
  if (destination !== null) {
    unit.onWrite(() =>
      unit.store.execute(
        'update balances set net = net - ? where account = ? and currency = ? and available_on = 0',
        amount,
        destination,
        transfer.currency,
      ),
    )
  }
  unit.emit('transfer.reversed', after, { amount_reversed: transfer.amount_reversed })
  return reversal
}

/** Takes back the seller's share and the platform's fee in proportion to the refund, where asked to. */
export function reverseForRefund(
  unit: Unit,
  charge: Charge,
  amount: number,
  asked: { transfer: boolean; fee: boolean },
): string | null {
  const id = typeof charge.transfer === 'string' ? charge.transfer : charge.transfer?.id
  const transfer = id === undefined ? undefined : unit.find('transfer', id)
  if (asked.transfer && transfer === undefined)
    throw invalidRequest('Cannot reverse transfer on a charge that has no associated transfer.', { param: 'reverse_transfer' })
  if (asked.fee && charge.application_fee === null)
    throw invalidRequest('Cannot refund the application fee of a charge that has none.', { param: 'refund_application_fee' })
  const share = (total: number): number => Math.round((total * amount) / charge.amount_captured)
  if (asked.fee && charge.application_fee !== null) {
    const fee = unit.find('application_fee', charge.application_fee)
    if (fee !== undefined) refundFee(unit, fee, Math.min(share(fee.amount), fee.amount - fee.amount_refunded), {})
  }
  if (!asked.transfer || transfer === undefined) return null
  return reverseTransfer(unit, transfer, Math.min(share(transfer.amount), transfer.amount - transfer.amount_reversed), {}).id
}

const create = {
  amount: positive,
  currency: filled,
  destination: filled,
  description: text,
  metadata,
  source_transaction: filled,
  source_type: text,
  transfer_group: text,
}

function createTransfer(unit: Unit, params: Read<typeof create>): Transfer {
  if (params.destination === undefined) throw missingParam('destination')
  if (params.currency === undefined) throw missingParam('currency')
  if (unit.find('account', params.destination) === undefined)
    throw badParamReference('account', params.destination, 'destination')
  const currency = checkCurrency(params.currency)
  const source = params.source_transaction === undefined ? undefined : unit.find('charge', params.source_transaction)
  if (params.source_transaction !== undefined && source === undefined)
    throw badParamReference('charge', params.source_transaction, 'source_transaction')
  const amount = params.amount ?? source?.amount_captured
  if (amount === undefined) throw missingParam('amount')
  const available = balanceOf(unit).find((line) => line.currency === currency)?.available ?? 0
  if (source === undefined && amount > available) {
    throw invalidRequest(
      'You have insufficient available funds in your Stripe account. Try adding funds directly to your available balance by creating Charges using the 4000000000000077 test card.',
      { code: 'balance_insufficient' },
    )
  }
  return makeTransfer(unit, {
    amount,
    currency,
    destination: params.destination,
    sourceTransaction: source?.id ?? null,
    group: params.transfer_group ?? source?.transfer_group ?? null,
    description: params.description ?? null,
    metadata: mergeMetadata({}, params.metadata),
  })
}

function load(unit: Unit, id: string): Transfer {
  const transfer = unit.find('transfer', id)
  if (transfer === undefined) throw noSuch('transfer', id)
  return transfer
}

export const transferRoutes: RouteTable = {
  'POST /v1/transfers': route('transfers.create', create, (call, params) => createTransfer(call.unit, params)),
  'GET /v1/transfers': listRoute('transfers.list', 'transfer', ['destination', 'transfer_group']),
  'GET /v1/transfers/:id': route('transfers.retrieve', {}, (call) => withReversals(call.unit, load(call.unit, call.id))),
  'POST /v1/transfers/:id': route('transfers.update', { metadata, description: text }, (call, params) => {
    const transfer = load(call.unit, call.id)
    const after = {
      ...transfer,
      metadata: mergeMetadata(transfer.metadata, params.metadata),
      description: params.description ?? transfer.description,
    }
    call.unit.put('transfer', after)
    call.unit.emit('transfer.updated', after)
    return after
  }),
  'POST /v1/transfers/:id/reversals': route(
    'transfers.reverse',
    { amount: positive, description: text, metadata, refund_application_fee: flag, expand: anything },
    (call, params) => {
      const transfer = load(call.unit, call.id)
      return reverseTransfer(
        call.unit,
        transfer,
        params.amount ?? transfer.amount - transfer.amount_reversed,
        mergeMetadata({}, params.metadata),
      )
    },
  ),
  'GET /v1/transfers/:id/reversals': listRoute('transfers.reversals', 'transfer_reversal', [], (call) => [['transfer', call.id]]),
  'GET /v1/transfers/:id/reversals/:sub': route('transfers.reversal', {}, (call) => {
    const reversal = call.unit.find('transfer_reversal', call.subId)
    if (reversal === undefined || reversal.transfer !== call.id) throw noSuch('transfer_reversal', call.subId)
    return reversal
  }),
}
