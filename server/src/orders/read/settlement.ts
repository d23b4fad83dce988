// What a show brought in: money by how it was paid, and tickets by type and channel. One look at
// each of its orders. Reads only.
import { type Settlement, settlementAccounts } from '@holdfast/contract'
import { type Queryable, sql } from '../../platform/postgres/database.ts'

const ended = `
  select o.*, coalesce(o.tender, case when o.payment_id is null then 'free' else 'card' end) as paid_by
  from orders.orders o where o.show_id = $1 and o.status in ('complete', 'refunded')`
const readMoney = sql(
  'orders.read_settled_money',
  `select o.paid_by as tender, count(*)::int as orders, sum(l.face)::bigint as "faceMinor",
          sum(o.total_minor)::bigint as "takenMinor", sum(o.refunded_minor)::bigint as "refundedMinor"
   from (${ended}) o cross join lateral (
     select sum((line ->> 'quantity')::int * (line ->> 'unitPriceMinor')::bigint) as face
     from json_array_elements(o.lines) as line) l
   group by 1 order by 1`,
)
const readTypes = sql(
  'orders.read_settled_types',
  `with o as (${ended}), sold as (
     select (line ->> 'ticketTypeId')::uuid as type, o.channel, min(line ->> 'name') as name,
            sum((line ->> 'quantity')::int)::int as sold,
            coalesce(sum((line ->> 'quantity')::int) filter (where o.status = 'refunded'), 0)::int as returned,
            coalesce(sum((line ->> 'quantity')::int) filter (where o.paid_by = 'comp'), 0)::int as comps
     from o cross join lateral json_array_elements(o.lines) as line group by 1, 2
   ), used as (
     select (ticket ->> 'ticketTypeId')::uuid as type, o.channel, count(*)::int as admitted
     from o cross join lateral json_array_elements(o.known_tickets) as ticket
     where o.known_tickets is not null and ticket ->> 'used' = 'true' group by 1, 2
   )
   select s.type as "ticketTypeId", s.name, s.channel, s.sold, s.returned, s.comps, coalesce(u.admitted, 0) as admitted
   from sold s left join used u using (type, channel) order by s.name, s.type, s.channel`,
)
// One ticket may let in several people, and an extra lets in nobody.
const readAttendance = sql(
  'orders.read_attendance',
  `select coalesce(sum(l.people), 0)::int as valid, coalesce(sum(t.people), 0)::int as admitted
   from (${ended}) o
   cross join lateral (
     select case when o.status = 'complete'
       then sum((line ->> 'quantity')::int * coalesce((line ->> 'admits')::int, 1)) end as people
     from json_array_elements(o.lines) as line) l
   cross join lateral (
     select sum(coalesce((ticket ->> 'admits')::int, 1)) as people
     from json_array_elements(coalesce(o.known_tickets, '[]')) as ticket
     where ticket ->> 'used' = 'true') t`,
)
const readReserved = sql(
  'orders.read_reserved',
  `select count(*)::int as orders, coalesce(sum(o.places), 0)::int as tickets,
     coalesce(sum(o.due_minor), 0)::bigint as "amountMinor"
   from orders.orders o where o.show_id = $1 and o.kind = 'reservation' and o.status = 'created'`,
)
const readCurrency = sql('orders.read_settled_currency', `select currency from orders.shows where id = $1`)

type MoneyRow = Omit<Settlement['money'][number], 'account' | 'keptMinor'>

/** Whoever asks was found to sell the show. */
export async function readSettlement(db: Queryable, showId: string): Promise<Settlement> {
  const [[show], money, types, [attendance], [reserved]] = await Promise.all([
    db.query<{ currency: string }>(readCurrency, [showId]),
    db.query<MoneyRow>(readMoney, [showId]),
    db.query<Settlement['types'][number]>(readTypes, [showId]),
    db.query<Settlement['attendance']>(readAttendance, [showId]),
    db.query<Settlement['reserved']>(readReserved, [showId]),
  ])
  if (!show) throw new Error(`show ${showId} has an organiser and is not there`)
  return {
    currency: show.currency,
    money: money.map((row) => ({
      ...row,
      account: settlementAccounts[row.tender],
      keptMinor: row.takenMinor - row.refundedMinor,
    })),
    types,
    attendance: attendance ?? { valid: 0, admitted: 0 },
    reserved: reserved ?? { orders: 0, tickets: 0, amountMinor: 0 },
  }
}
