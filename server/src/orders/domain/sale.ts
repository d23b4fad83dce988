// Orders' copy of a show: what news of the show means to its sale. Pure. News may come twice, late
// and out of order.
import type { LineBody, PublishedShow } from '@holdfast/contract'
import { type Sale, type SaleType, saleOf } from './stock.ts'

export type SaleCommand =
  | { readonly type: 'KnowShow'; readonly show: PublishedShow; readonly version: number }
  | { readonly type: 'EndSale'; readonly showId: string; readonly version: number }

/** Facts about a copy. Private, like all that is known and not owned. */
export type SaleFact =
  | { readonly type: 'SaleKnown'; readonly data: { readonly show: PublishedShow; readonly version: number } }
  | { readonly type: 'SaleEnded'; readonly data: { readonly showId: string; readonly version: number } }

export type SaleDecision = { readonly facts: readonly SaleFact[] } | { readonly rejection: 'show_unknown' }

const nothing: SaleDecision = { facts: [] }

export function decideSale(known: Sale | undefined, command: SaleCommand): SaleDecision {
  switch (command.type) {
    case 'KnowShow': {
      const { show, version } = command
      // Older news, or news of a show that was called off: neither brings a sale back.
      if (known && (known.version >= version || known.status === 'cancelled')) return nothing
      return { facts: [{ type: 'SaleKnown', data: { show, version } }] }
    }
    case 'EndSale': {
      if (!known) return { rejection: 'show_unknown' }
      if (known.status === 'cancelled') return nothing
      return { facts: [{ type: 'SaleEnded', data: { showId: command.showId, version: command.version } }] }
    }
  }
}

/** The sale after a fact. */
export function evolveSale(known: Sale | undefined, fact: SaleFact): Sale {
  if (fact.type === 'SaleKnown') return saleOf(fact.data.show, fact.data.version)
  if (!known) throw new Error(`the sale of show ${fact.data.showId} ended and was never known`)
  return { ...known, status: 'cancelled', version: Math.max(known.version, fact.data.version) }
}

/** Whether places may be held now, by the database's clock. */
export function isSold({ status, salesEndAt }: Sale, now: string): boolean {
  return status === 'on_sale' && (salesEndAt == null || now < salesEndAt)
}

/** Hidden types that somebody may buy, by their ids. */
export type Unlocked = ReadonlySet<string>
export const nothingUnlocked: Unlocked = new Set()

/** The sale as it is offered: of hidden types only those that are unlocked. */
export function offeredOf(sale: Sale, unlocked: Unlocked): Sale {
  const isOffered = ({ id, hidden }: SaleType) => hidden !== true || unlocked.has(id)
  return sale.types.every(isOffered) ? sale : { ...sale, types: sale.types.filter(isOffered) }
}

interface NotOnSale {
  readonly rejection: 'not_on_sale'
  readonly detail?: string
  readonly opensAt?: string
}

/** Why types that are asked for cannot be held now, by the database's clock; null when all can. */
export function refuseWindow(
  sale: Sale,
  asked: readonly Pick<LineBody, 'ticketTypeId'>[],
  now: string,
): NotOnSale | null {
  for (const { ticketTypeId } of asked) {
    const type = sale.types.find(({ id }) => id === ticketTypeId)
    if (!type) continue
    const { name, saleStartsAt, saleEndsAt } = type
    if (saleStartsAt !== undefined && now < saleStartsAt)
      return { rejection: 'not_on_sale', detail: `“${name}” is not on sale yet`, opensAt: saleStartsAt }
    if (saleEndsAt !== undefined && now >= saleEndsAt)
      return { rejection: 'not_on_sale', detail: `“${name}” is not on sale any more` }
  }
  return null
}
