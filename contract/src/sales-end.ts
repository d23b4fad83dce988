// When a show and its ticket types are sold, and at what price buyers see them. Imports nothing, so
// that a page can read it without loading the schema library.

export interface SoldUntil {
  readonly startsAt: string
  /** When the show ends, if its organiser says so. */
  readonly endsAt?: string | null
}

/** Sales end with the show where its end is known, and else at its start. */
export function salesEndAt({ startsAt, endsAt }: SoldUntil): string {
  return endsAt ?? startsAt
}

export interface SaleWindow {
  readonly saleStartsAt?: string
  readonly saleEndsAt?: string
}

/** Whether a ticket type is sold at an instant, not yet, or not any more. */
export function saleStateOf(
  { saleStartsAt, saleEndsAt }: SaleWindow,
  atMs: number,
): 'waiting' | 'open' | 'ended' {
  if (saleEndsAt !== undefined && atMs >= Date.parse(saleEndsAt)) return 'ended'
  return saleStartsAt !== undefined && atMs < Date.parse(saleStartsAt) ? 'waiting' : 'open'
}

/** What one ticket costs with its fee: what is free has none. */
export function allInMinor({ priceMinor, feeMinor = 0 }: { priceMinor: number; feeMinor?: number }): number {
  return priceMinor === 0 ? 0 : priceMinor + feeMinor
}
