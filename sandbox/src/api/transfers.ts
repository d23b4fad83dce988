// Money to sellers: transfers and their reversals, by hand or as part of a refund.
import type Stripe from 'stripe'
import { checkCurrency, spoken } from '../core/currency.ts'
import { badParamReference, invalidRequest, missingParam, noSuch } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import {
  filled,
  flag,
  given,
  mergeMetadata,
  metadata,
  oneOf,
  optionalText,
  positive,
  type Read,
} from '../core/params.ts'
import type { Charge, Transfer, TransferReversal } from '../objects/kinds.ts'
import { booksOf, type Unit } from '../store/unit.ts'
import { creditSeller, refundFee } from './application-fees.ts'
import { type ApiCall, type RouteTable, route } from './call.ts'
import { addLedgerLine, balanceOf } from './ledger.ts'
import { listObjects, listRoute, loadObject } from './lists.ts'
import { makeTransfer } from './split.ts'
import { announceUpdate } from './updated.ts'

function withReversals(unit: Unit, transfer: Transfer): Transfer {
  const url = `/v1/transfers/${transfer.id}/reversals`
  const page = listObjects(unit, 'transfer_reversal', [['transfer', transfer.id]], {}, url)
  return { ...transfer, reversals: page }
}

interface Reversing {
  metadata: Record<string, string>
  description?: string | null | undefined
}

export function reverseTransfer(
  unit: Unit,
  transfer: Transfer,
  amount: number,
  detail: Reversing,
): TransferReversal {
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
    description: detail.description ?? `REFUND FOR TRANSFER (${transfer.id})`,
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
    metadata: detail.metadata,
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

export interface SharesBack {
  transferReversal: string | null
  /** The fee that came back to a connected account that had charged directly. */
  directFee: number
}

function feeBack(unit: Unit, charge: Charge, share: (total: number) => number): number {
  if (charge.application_fee === null) return 0
  const direct = unit.account !== ''
  const books = direct ? booksOf(unit, '') : unit
  const fee = books.find('application_fee', charge.application_fee)
  if (fee === undefined) return 0
  const amount = Math.min(share(fee.amount), fee.amount - fee.amount_refunded)
  if (amount === 0) return 0
  refundFee(books, fee, amount, {})
  if (direct) return amount
  creditSeller(unit, fee, amount)
  return 0
}

/**
 * Takes back the seller's share and the platform's fee in proportion to the refund, where asked to.
 */
export function reverseForRefund(
  unit: Unit,
  charge: Charge,
  amount: number,
  asked: { transfer: boolean; fee: boolean },
): SharesBack {
  const id = typeof charge.transfer === 'string' ? charge.transfer : charge.transfer?.id
  const transfer = id === undefined ? undefined : unit.find('transfer', id)
  if (asked.transfer && transfer === undefined)
    throw invalidRequest('Cannot reverse transfer on a charge that has no associated transfer.', {
      param: 'reverse_transfer',
    })
  if (asked.fee && charge.application_fee === null)
    throw invalidRequest('Cannot refund the application fee of a charge that has none.', {
      param: 'refund_application_fee',
    })
  const share = (total: number): number => Math.round((total * amount) / charge.amount_captured)
  const directFee = asked.fee ? feeBack(unit, charge, share) : 0
  if (!asked.transfer || transfer === undefined) return { transferReversal: null, directFee }
  const back = Math.min(share(transfer.amount), transfer.amount - transfer.amount_reversed)
  return { transferReversal: reverseTransfer(unit, transfer, back, { metadata: {} }).id, directFee }
}

const create = {
  amount: positive,
  currency: filled,
  destination: filled,
  description: optionalText,
  metadata,
  source_transaction: filled,
  source_type: oneOf('bank_account', 'card', 'fpx'),
  transfer_group: optionalText,
}
const reversal = { amount: positive, description: optionalText, metadata, refund_application_fee: flag }

function createTransfer(unit: Unit, params: Read<typeof create>): Transfer {
  if (params.destination === undefined) throw missingParam('destination')
  if (params.currency === undefined) throw missingParam('currency')
  if (unit.find('account', params.destination) === undefined)
    throw badParamReference('destination', params.destination, 'destination')
  const currency = checkCurrency(params.currency)
  const source =
    params.source_transaction === undefined ? undefined : unit.find('charge', params.source_transaction)
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
    sourceType: params.source_type,
  })
}

type ReversalInput = Read<typeof reversal>

function createReversal(call: ApiCall, params: ReversalInput): TransferReversal {
  const { unit } = call
  const transfer = loadObject(call, 'transfer')
  const amount = params.amount ?? transfer.amount - transfer.amount_reversed
  const made = reverseTransfer(unit, transfer, amount, {
    metadata: mergeMetadata({}, params.metadata),
    description: params.description,
  })
  const charge =
    transfer.source_transaction === null ? undefined : unit.find('charge', transfer.source_transaction)
  const fee =
    charge?.application_fee == null ? undefined : unit.find('application_fee', charge.application_fee)
  if (params.refund_application_fee !== true || fee === undefined) return made
  const back = Math.min(Math.round((fee.amount * amount) / transfer.amount), fee.amount - fee.amount_refunded)
  if (back > 0) {
    refundFee(unit, fee, back, {})
    creditSeller(unit, fee, back)
  }
  return made
}

function loadReversal(call: ApiCall): TransferReversal {
  const transfer = loadObject(call, 'transfer')
  const found = call.unit.find('transfer_reversal', call.subId)
  if (found === undefined || found.transfer !== transfer.id) throw noSuch('transfer_reversal', call.subId)
  return found
}

const ofTransfer = (call: ApiCall): [string, string][] => [['transfer', loadObject(call, 'transfer').id]]

export const transferRoutes: RouteTable = {
  'POST /v1/transfers': route('transfers.create', create, (call, params) =>
    createTransfer(call.unit, params),
  ),
  'GET /v1/transfers': listRoute('transfers.list', 'transfer', ['destination', 'transfer_group']),
  'GET /v1/transfers/:id': route('transfers.retrieve', {}, (call) =>
    withReversals(call.unit, loadObject(call, 'transfer')),
  ),
  'POST /v1/transfers/:id': route(
    'transfers.update',
    { metadata, description: optionalText },
    (call, params) => {
      const transfer = loadObject(call, 'transfer')
      const after = {
        ...transfer,
        metadata: mergeMetadata(transfer.metadata, params.metadata),
        description: given(params.description, transfer.description),
      }
      call.unit.put('transfer', after)
      announceUpdate(call.unit, 'transfer.updated', transfer, after)
      return after
    },
  ),
  'POST /v1/transfers/:id/reversals': route('transfers.reverse', reversal, createReversal),
  'GET /v1/transfers/:id/reversals': listRoute('transfers.reversals', 'transfer_reversal', [], ofTransfer),
  'GET /v1/transfers/:id/reversals/:sub': route('transfers.reversal', {}, loadReversal),
  'POST /v1/transfers/:id/reversals/:sub': route(
    'transfers.update_reversal',
    { metadata },
    (call, params) => {
      const found = loadReversal(call)
      const after = { ...found, metadata: mergeMetadata(found.metadata ?? {}, params.metadata) }
      call.unit.put('transfer_reversal', after)
      return after
    },
  ),
}
