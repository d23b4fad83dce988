// Invariants 1 (seats of an order), 2, 3, 5, 6 and 8 as one statement over some orders: what each
// order says against what payments, the ledger, the seats and the tickets say, all as of one
// instant. Reads only.
import { type Queryable, sql } from '../../platform/postgres/database.ts'
import type { Finding, InvariantName } from '../invariants.ts'

// A refund that the bank sent back leaves money with us that is owed to the buyer: no invariant
// tells whose mistake that is, so it is a difference for a person (see the reconciliation) and
// silences what follows from it.
const judgeStatement = sql(
  'audit.judge_orders',
  `with o as (
     select o.id, o.status, o.total_minor, o.refunded_minor, o.payment_id, o.tender, l.quantity, coalesce(l.wrong_seats, 0) as wrong_seats,
            cardinality(r.gone) as returned, coalesce(r.shared, o.refunded_minor) as shared
     from orders.orders o cross join lateral (
       select array(
           select unit::int from json_array_elements(o.returns) as r cross join lateral json_array_elements_text(r -> 'units') as unit
           where r ->> 'status' in ('places_returned', 'done', 'money_owed')) as gone,
         (select sum(share::bigint) from json_array_elements_text(o.back) as share)::bigint as shared
     ) r cross join lateral (
       select sum(quantity)::int as quantity, sum(w.seats)::int as wrong_seats
       from (
         select line, (line ->> 'quantity')::int as quantity, sum((line ->> 'quantity')::int) over (order by place) as behind
         from json_array_elements(o.lines) with ordinality as e (line, place)
       ) e left join lateral (
         select count(*) as seats
         from json_array_elements_text(line -> 'seatIds') with ordinality as wanted (id, nth)
           left join orders.seats s on s.id = wanted.id::uuid
         where case
           when o.status in ('created', 'claimed') then s.state is distinct from 'held' or s.order_id is distinct from o.id
           when o.status = 'complete' and e.behind - e.quantity + nth - 1 <> all(r.gone)
             then s.state is distinct from 'sold' or s.order_id is distinct from o.id
           else s.order_id = o.id and s.state <> 'withheld' end
       ) w on line -> 'seatIds' is not null
     ) l
     where o.id = any($1::uuid[])
   ), paid as (
     select p.order_id, bool_or(p.open) as under_way,
            coalesce(sum(p.captured_minor - p.refunded_minor), 0)::bigint as kept,
            coalesce(sum(p.captured_minor - p.refunded_minor) filter (where p.tender is not null), 0)::bigint as kept_elsewhere,
            coalesce(sum(p.authorized_minor), 0)::bigint as authorized,
            coalesce(bool_or(p.tender is distinct from o.tender) filter (where p.id = o.payment_id), false) as tender_differs,
            coalesce(sum(p.captured_minor - p.refunded_minor) filter (where p.id = o.payment_id), 0)::bigint as kept_by_own,
            coalesce(sum(p.captured_minor) filter (where p.id = o.payment_id), 0)::bigint as taken_by_own,
            coalesce(sum(p.captured_minor - p.refunded_minor)
              filter (where p.id is distinct from o.payment_id and not p.open), 0)::bigint as kept_by_others
     from o join payments.payments p on p.order_id = o.id group by p.order_id
   ), returned as (
     select r.order_id, count(*) filter (where r.status = 'failed') as failed
     from payments.refunds r where r.order_id = any($1::uuid[]) group by r.order_id
   ), sources as (
     select order_id, id from payments.payments where order_id = any($1::uuid[])
     union
     select order_id, id from payments.refunds where order_id = any($1::uuid[])
   ), posted as (
     select s.order_id,
            sum(case when 'processor_balance' = e.debit_account then e.posted_minor
                     when 'processor_balance' = e.credit_account then -e.posted_minor else 0 end)::bigint as balance,
            sum(case when 'processor_balance' = e.debit_account then e.pending_minor
                     when 'processor_balance' = e.credit_account then -e.pending_minor else 0 end)::bigint as pending,
            sum(case when e.debit_account ~ '^(taken_elsewhere|receivable):' then e.posted_minor
                     when e.credit_account ~ '^(taken_elsewhere|receivable):' then -e.posted_minor else 0 end)::bigint as elsewhere,
            abs(sum(case when 'clearing:late_money' = e.debit_account then e.posted_minor
                         when 'clearing:late_money' = e.credit_account then -e.posted_minor else 0 end)::bigint)
            + abs(sum(case when 'clearing:refunds' = e.debit_account then e.posted_minor
                           when 'clearing:refunds' = e.credit_account then -e.posted_minor else 0 end)::bigint) as clearing
     from sources s join payments.ledger_entries e on e.source_id = s.id group by s.order_id
   ), admitted as (
     select t.order_id, count(*) filter (where t.status in ('valid', 'used'))::int as tickets
     from tickets.tickets t where t.order_id = any($1::uuid[]) group by t.order_id
   ), facts as (
     select o.*, coalesce(paid.under_way, false) as under_way, coalesce(paid.kept, 0) as kept,
            coalesce(paid.kept_elsewhere, 0) as kept_elsewhere, coalesce(paid.tender_differs, false) as tender_differs,
            coalesce(posted.elsewhere, 0) as elsewhere,
            coalesce(paid.authorized, 0) as authorized, coalesce(paid.kept_by_own, 0) as kept_by_own,
            coalesce(paid.taken_by_own, 0) as taken_by_own, coalesce(paid.kept_by_others, 0) as kept_by_others,
            coalesce(returned.failed, 0) as failed, coalesce(posted.balance, 0) as balance,
            coalesce(posted.pending, 0) as pending, coalesce(posted.clearing, 0) as clearing,
            coalesce(admitted.tickets, 0) as tickets
     from o left join paid on paid.order_id = o.id left join returned on returned.order_id = o.id
       left join posted on posted.order_id = o.id left join admitted on admitted.order_id = o.id
   ), judged as (
     select f.*, array_remove(array[
       case when wrong_seats > 0 then 'seats_have_one_order' end,
       case when status = 'complete' and kept_by_own <> total_minor - refunded_minor
              and not (failed > 0 and kept_by_own > total_minor - refunded_minor) then 'complete_is_paid' end,
       case when status in ('complete', 'refunded') and tender_differs then 'tender_is_known' end,
       case when status = 'refunded' and failed = 0
              and ((total_minor > 0 and taken_by_own = 0) or kept_by_own <> total_minor - refunded_minor) then 'refunded_is_returned' end,
       case when shared <> refunded_minor then 'shares_add_up' end,
       case when status = 'cancelled' and not under_way and failed = 0 and kept <> 0 then 'cancelled_costs_nothing' end,
       case when status in ('complete', 'cancelled', 'refunded') and not under_way and authorized <> 0
            then 'nothing_left_authorized' end,
       case when status <> 'cancelled' and failed = 0 and kept_by_others <> 0 then 'one_charge_kept' end,
       case when balance <> kept - kept_elsewhere or elsewhere <> kept_elsewhere or pending <> authorized
            then 'ledger_agrees' end,
       case when not under_way and failed = 0 and clearing <> 0 then 'clearing_is_empty' end,
       case when tickets <> case when status = 'complete' then quantity - returned else 0 end then 'tickets_match' end
     ], null) as broken
     from facts f
   )
   select id, status, total_minor as total, refunded_minor as refunded, quantity, returned, shared, wrong_seats as "wrongSeats", kept,
          kept_elsewhere as "keptElsewhere", authorized, balance, elsewhere, pending, clearing, kept_by_others as "keptByOthers", tickets, broken
   from judged where broken <> '{}'`,
)

interface JudgedRow {
  readonly id: string
  readonly status: string
  readonly total: number
  readonly refunded: number
  readonly quantity: number
  readonly returned: number
  /** What went back of its units, added up. */
  readonly shared: number
  readonly wrongSeats: number
  readonly kept: number
  /** Of it, what staff took and have not given back. */
  readonly keptElsewhere: number
  readonly authorized: number
  readonly balance: number
  readonly elsewhere: number
  readonly pending: number
  readonly clearing: number
  readonly keptByOthers: number
  readonly tickets: number
  readonly broken: readonly InvariantName[]
}

/** The invariants that this statement looks at. */
export const orderInvariants = [
  'complete_is_paid',
  'tender_is_known',
  'refunded_is_returned',
  'shares_add_up',
  'cancelled_costs_nothing',
  'nothing_left_authorized',
  'one_charge_kept',
  'ledger_agrees',
  'clearing_is_empty',
  'tickets_match',
] as const satisfies InvariantName[]

export async function judgeOrders(db: Queryable, orderIds: readonly string[]): Promise<Finding[]> {
  if (orderIds.length === 0) return []
  const rows = await db.query<JudgedRow>(judgeStatement, [orderIds])
  return rows.flatMap((row) =>
    row.broken.map((invariant) => ({
      invariant,
      key: row.id,
      orderIds: [row.id],
      explanation: explain(invariant, row),
    })),
  )
}

function explain(invariant: InvariantName, row: JudgedRow): string {
  const order = `The order is ${row.status}`
  switch (invariant) {
    case 'seats_have_one_order':
      return `${order}, but ${row.wrongSeats} of its seats disagree`
    case 'complete_is_paid':
      return `${order}: total ${row.total}, refunded ${row.refunded}, but payments holds ${row.kept} (minor units)`
    case 'nothing_left_authorized':
      return `${order}, but ${row.authorized} is still pending on a card (minor units)`
    case 'one_charge_kept':
      return `${order}, but other payments still hold ${row.keptByOthers} (minor units)`
    case 'ledger_agrees':
      return `Payments: ${row.kept - row.keptElsewhere} kept, ${row.keptElsewhere} elsewhere, ${row.authorized} pending; ledger: ${row.balance} kept, ${row.elsewhere} elsewhere, ${row.pending} pending (minor units)`
    case 'tender_is_known':
      return `${order}, but it and its payment do not name the same way of paying`
    case 'clearing_is_empty':
      return `${order}, but its clearing accounts hold ${row.clearing} (minor units)`
    case 'shares_add_up':
      return `${order}: refunded ${row.refunded}, but ${row.shared} counted on its tickets (minor units)`
    case 'tickets_match':
      return `${order} for ${row.quantity - row.returned} tickets, but ${row.tickets} are valid`
    default:
      return `${order}: total ${row.total}, but payments holds ${row.kept} (minor units)`
  }
}
