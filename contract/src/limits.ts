// Every limit on what buyers, sellers and strangers may do: the one table. Documented in
// docs/guide/operators.md, shown in /ops. A name is what its counts are stored under.

export interface AttemptLimit {
  readonly name: string
  readonly attempts: number
  readonly perSeconds: number
}

const minute = 60
const hour = 60 * minute

export const attemptLimits = {
  /** Counted for the account together with the network: nobody can lock somebody else out. */
  signInOfAccount: { name: 'sign_in_pair', attempts: 10, perSeconds: 15 * minute },
  signInOfNetwork: { name: 'sign_in_address', attempts: 200, perSeconds: 15 * minute },
  /** Buying needs no account, so that a network seldom makes many. */
  signUpOfNetwork: { name: 'sign_up_address', attempts: 5, perSeconds: hour },
  /** A queue at the box office may share one address. */
  guestsOfNetwork: { name: 'guest_address', attempts: 1_000, perSeconds: minute },
  guestsOfNetworkInDay: { name: 'guest_address_day', attempts: 20_000, perSeconds: 24 * hour },
  draftsOfNetwork: { name: 'draft_address', attempts: 200, perSeconds: hour },
  tokensOfNetwork: { name: 'token_address', attempts: 60, perSeconds: hour },
  /** Mails with a link to one address, whoever asks for them. */
  linksOfAddress: { name: 'link_email', attempts: 3, perSeconds: hour },
  linksOfNetwork: { name: 'link_address', attempts: 20, perSeconds: hour },
  /** Wrong codes at check, price and orders together. */
  codesOfSession: { name: 'codes-session', attempts: 20, perSeconds: 10 * minute },
  codesOfNetwork: { name: 'codes-network', attempts: 300, perSeconds: 10 * minute },
  /** Payments that a buyer may begin. */
  payments: { name: 'payments', attempts: 60, perSeconds: 10 * minute },
  /** Looks at the processor; who looks more often is answered from the row. */
  looksAtPayment: { name: 'looks-payment', attempts: 1, perSeconds: 1 },
  looksOfBuyer: { name: 'looks-buyer', attempts: 30, perSeconds: minute },
  looksOfNetwork: { name: 'looks-network', attempts: 300, perSeconds: minute },
  /** Declined cards: whoever tries stolen numbers has many. Honest buyers have a few. */
  declinesOfBuyer: { name: 'declines-buyer', attempts: 10, perSeconds: hour },
  /** A university or a carrier behind one address has thousands of honest buyers. */
  declinesOfNetwork: { name: 'declines-network', attempts: 100, perSeconds: hour },
  /**
   * Refuses no card: strangers must not be able to stop everybody's payments. Raises an alarm, and
   * asks guests to prove their address.
   */
  declinesOfShop: { name: 'declines-shop', attempts: 200, perSeconds: hour },
} as const satisfies Record<string, AttemptLimit>

/** Places that are on hold and not paid for, of one show. */
export const holdLimits = {
  /** Of one network: so many, or this share of the show if that is more. */
  ofNetwork: 40,
  shareOfShow: 0.02,
  /**
   * Networks from narrow to wide, and how many times as much they may have: an IPv6 customer has a
   * /64 or more, and a /48 with 65,536 of them is rented for little.
   */
  blocks: [
    { ipv6Bits: 64, times: 1 },
    { ipv6Bits: 56, times: 2 },
    { ipv6Bits: 48, times: 8 },
  ],
  /** A hold that was left to expire counts for its buyer for so long. */
  expiredCountSeconds: hour,
  /**
   * What one buyer may hold and own of a show whose organiser says nothing: ten full orders, more
   * than any family buys, and far from what a reseller would like to hold.
   */
  ofBuyer: 100,
} as const

/** How much an account keeps that costs nothing. */
export const quotas = {
  draftsOfAccount: 100,
  /** In all drafts together: as many as five of the largest halls. */
  seatsOfDrafts: 100_000,
  /** API tokens that are valid. */
  tokensOfAccount: 20,
} as const
