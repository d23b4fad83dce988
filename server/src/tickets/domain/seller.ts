// Who may put shows on sale. Pure.

/** `open`: every account. `approved`: those that an operator approved. */
export type SellersPolicy = 'approved' | 'open'

export interface Seller {
  readonly approved: boolean
  readonly blocked: boolean
}

export const unknownSeller: Seller = { approved: false, blocked: false }

export type SellerRejection = 'seller_not_approved' | 'seller_blocked'

/** Why this seller cannot put a show on sale, or null. */
export function refuseSeller({ approved, blocked }: Seller, policy: SellersPolicy): SellerRejection | null {
  if (blocked) return 'seller_blocked'
  return approved || policy === 'open' ? null : 'seller_not_approved'
}
