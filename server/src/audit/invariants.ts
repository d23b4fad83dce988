// The invariants that the auditor looks at: their names, what must hold, and whether a breach stops
// sales. No SQL here.

export interface Invariant {
  readonly name: InvariantName
  /** Which of the invariants of the domain it is, or is a part of. */
  readonly number: number
  readonly title: string
  /** False where a fault outside of the shop may look the same for a while. */
  readonly stopsSales: boolean
  /** What a person can do, and whether that can make it worse. Proposed, never done. */
  readonly repair: { readonly words: string; readonly safe: boolean }
}

const look = 'open the order’s timeline (GET /api/orders/:id/timeline) and the row, and report both'

const definitions = {
  stock_adds_up: {
    number: 1,
    title: 'Held and sold counts of every pool match its orders and never exceed its capacity',
    stopsSales: true,
    repair: {
      words:
        'Sales stay stopped. Set held and sold of the pool to the sums named, in one transaction with the pool’s row locked',
      safe: false,
    },
  },
  seats_have_one_order: {
    number: 1,
    title: 'Every taken seat belongs to exactly one order; all others are free',
    stopsSales: true,
    repair: {
      words:
        'Decide with the organiser who keeps the seat; refund the other order (POST /api/orders/:id/refunds)',
      safe: false,
    },
  },
  one_code_per_seat: {
    number: 8,
    title: 'At any moment at most one ticket of each seat opens a door',
    stopsSales: true,
    repair: {
      words: 'Find out whose order has the seat, and refund the other one (POST /api/orders/:id/refunds)',
      safe: false,
    },
  },
  code_uses_add_up: {
    number: 10,
    title: 'Held and used counts of every code match its orders and never exceed its uses',
    stopsSales: true,
    repair: {
      words:
        'Sales stay stopped. Set held and used of the code to the sums named, in one transaction with its row locked',
      safe: false,
    },
  },
  complete_is_paid: {
    number: 2,
    title: 'Every complete order is paid: captured less returned equals total less refunds',
    stopsSales: true,
    repair: { words: `Compare with the processor (npm run audit lists both sides); ${look}`, safe: false },
  },
  tender_is_known: {
    number: 2,
    title: 'Orders and payments agree on what was paid by card and what elsewhere',
    stopsSales: false,
    repair: { words: `The settlement of the show counts it wrongly: ${look}`, safe: true },
  },
  refunded_is_returned: {
    number: 2,
    title: 'Refunded orders keep no money beyond what their returns left',
    stopsSales: true,
    repair: {
      words:
        'Look at the payment again (POST /api/ops/payments/:id/advance): it asks the processor and moves nothing new',
      safe: true,
    },
  },
  shares_add_up: {
    number: 11,
    title: 'What went back of an order’s tickets adds up to what was refunded',
    stopsSales: true,
    repair: { words: `Later returns would give back a wrong amount: ${look}`, safe: false },
  },
  cancelled_costs_nothing: {
    number: 3,
    title: 'Settled cancelled orders cost nothing',
    stopsSales: true,
    repair: {
      words:
        'Look at the payment again (POST /api/ops/payments/:id/advance); if money stays, refund it at the processor',
      safe: true,
    },
  },
  nothing_left_authorized: {
    number: 3,
    title: 'Settled orders leave no money pending on a card',
    stopsSales: true,
    repair: {
      words:
        'Look at the payment again (POST /api/ops/payments/:id/advance): it lets go of what nobody needs',
      safe: true,
    },
  },
  paid_never_expires: {
    number: 4,
    title: 'No claimed, complete or refunded order is ended by its timer',
    stopsSales: true,
    repair: {
      words: `The buyer may have paid and lost the places: ${look}; refund or seat him by hand`,
      safe: false,
    },
  },
  one_charge_kept: {
    number: 5,
    title: 'Each order keeps the money of at most one payment',
    stopsSales: true,
    repair: {
      words:
        'Refund the payment that is not the order’s own at the processor; the shop takes it in by itself',
      safe: false,
    },
  },
  charges_have_an_order: {
    number: 5,
    title: 'The processor holds no money of ours that payments doesn’t know about',
    stopsSales: true,
    repair: {
      words:
        'Look at the payment again (POST /api/ops/payments/:id/advance); an intent without a payment is refunded at the processor',
      safe: true,
    },
  },
  ledger_agrees: {
    number: 6,
    title: 'Ledger and payments agree on every payment',
    stopsSales: true,
    repair: { words: `Ledger rows are never changed: ${look}, then post a correcting entry`, safe: false },
  },
  clearing_is_empty: {
    number: 6,
    title: 'Clearing accounts are zero for every settled order',
    stopsSales: true,
    repair: { words: `Ledger rows are never changed: ${look}, then post a correcting entry`, safe: false },
  },
  events_take_effect: {
    number: 7,
    title: 'Every event a consumer has passed was handled or set aside',
    stopsSales: true,
    repair: {
      words:
        'The event can be given to the consumer again: its effects are idempotent. Report how it was lost first',
      safe: false,
    },
  },
  events_in_order: {
    number: 7,
    title: 'Each aggregate’s version rises with every event',
    stopsSales: true,
    repair: { words: look[0]?.toUpperCase() + look.slice(1), safe: false },
  },
  tickets_match: {
    number: 8,
    title: 'Complete orders have as many valid tickets as were bought; all others have none',
    stopsSales: true,
    repair: {
      words:
        'Look for dead letters of the consumer tickets and replay them (POST /api/ops/dead-letters/:id/replay)',
      safe: true,
    },
  },
  orders_come_to_rest: {
    number: 9,
    title: 'Every order settles after its deadline',
    stopsSales: false,
    repair: {
      words: 'Look for dead letters and stopped processes; replay, restart. The order then ends by itself',
      safe: true,
    },
  },
  mails_come_to_rest: {
    number: 13,
    title: 'Every fact is told once, and no mail waits past its time',
    stopsSales: false,
    repair: {
      words:
        'Look at the mail server (SMTP_URL) and for a process that runs the service mail; mails that wait go out by themselves',
      safe: true,
    },
  },
} as const

export type InvariantName = keyof typeof definitions

export const invariants: readonly Invariant[] = Object.entries(definitions).map(([name, definition]) => ({
  name: name as InvariantName,
  ...definition,
}))

export function invariantOf(name: InvariantName): Invariant {
  return { name, ...definitions[name] }
}

/** Something that does not hold, as one look saw it. */
export interface Finding {
  readonly invariant: InvariantName
  /**
   * What was looked at: an order, pool, seat or intent. Names the breach for as long as it lasts.
   */
  readonly key: string
  readonly orderIds: readonly string[]
  /** Of stock: the show to look at again. */
  readonly showId?: string
  readonly explanation: string
}
