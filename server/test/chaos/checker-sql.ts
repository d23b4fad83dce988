// The invariants of the domain as SQL over a whole shop's database, written a second time on
// purpose: the running auditor has its own, and two opinions see more than one. Reads every schema,
// which only a check may.
import { sql } from '../../src/platform/postgres/database.ts'

export const wrongPools = sql(
  'chaos.wrong_pools',
  `with placed as (
     select (take ->> 'poolId')::uuid as pool_id,
            coalesce(sum((line ->> 'quantity')::int * (take ->> 'count')::int) filter (where o.status in ('created', 'claimed')), 0) as held,
            coalesce(sum((line ->> 'quantity')::int * (take ->> 'count')::int) filter (where o.status = 'complete'), 0) as sold
     from orders.orders o cross join lateral json_array_elements(o.lines) as line
       cross join lateral json_array_elements(line -> 'takes') as take group by 1)
   select p.id, p.capacity, p.held, p.sold, placed.held as "heldByOrders", placed.sold as "soldByOrders"
   from orders.pools p left join placed on placed.pool_id = p.id
   where p.held <> coalesce(placed.held, 0) or p.sold <> coalesce(placed.sold, 0)
      or coalesce(placed.held, 0) + coalesce(placed.sold, 0) > p.capacity limit 10`,
)
export const seatsOfTwo = sql(
  'chaos.seats_of_two',
  `select seat_id, array_agg(o.id::text || ' ' || o.status) as orders
   from orders.orders o cross join lateral json_array_elements(o.lines) as line
   cross join lateral json_array_elements_text(line -> 'seatIds') as seat_id
   where o.status in ('created', 'claimed', 'complete') and line -> 'seatIds' is not null
   group by seat_id having count(*) > 1 limit 10`,
)
export const wrongSeats = sql(
  'chaos.wrong_seats',
  `with taken as (
     select seat_id::uuid as seat_id, o.id as order_id, case when o.status = 'complete' then 'sold' else 'held' end as state
     from orders.orders o cross join lateral json_array_elements(o.lines) as line
     cross join lateral json_array_elements_text(line -> 'seatIds') as seat_id
     where o.status in ('created', 'claimed', 'complete') and line -> 'seatIds' is not null)
   select s.id, s.state, s.order_id as "orderId", t.state as "stateByOrder", t.order_id as "byOrder"
   from orders.seats s full join taken t on t.seat_id = s.id
   where s.state is distinct from coalesce(t.state, 'available') or s.order_id is distinct from t.order_id limit 10`,
)
export const wrongMoney = sql(
  'chaos.wrong_money',
  `with paid as (
     select order_id, sum(captured_minor - refunded_minor) as kept, sum(captured_minor) as captured, sum(authorized_minor) as authorized,
            count(*) filter (where captured_minor > refunded_minor) as keeping
     from payments.payments group by 1)
   select o.id, o.status, o.total_minor as total, o.refunded_minor as refunded, p.kept, p.captured, p.authorized
   from orders.orders o left join paid p on p.order_id = o.id
   where coalesce(p.authorized, 0) <> 0 or coalesce(p.keeping, 0) > 1
      or coalesce(p.kept, 0) <> case when o.status = 'complete' then o.total_minor - o.refunded_minor else 0 end
      or (o.status = 'refunded' and (o.refunded_minor <> o.total_minor or coalesce(p.captured, 0) < o.total_minor)) limit 10`,
)
export const paymentsWithoutOrder = sql(
  'chaos.payments_without_order',
  `select p.id, p.status from payments.payments p left join orders.orders o on o.id = p.order_id where o.id is null limit 10`,
)
/**
 * The last word on each order before it expired must not have been that it is being paid or is
 * paid.
 */
export const paidAndExpired = sql(
  'chaos.paid_and_expired',
  `with told as (
     select subject, type, data ->> 'reason' as reason,
            lag(type) over (partition by subject order by version) as before
     from platform.outbox
     where source = 'holdfast/orders' and type in ('OrderCreated', 'OrderClaimed', 'OrderReopened', 'OrderCompleted', 'OrderCancelled'))
   select subject, before, reason from told
   where (type = 'OrderCancelled' and reason in ('expired', 'buyer', 'organiser') and before in ('OrderClaimed', 'OrderCompleted'))
      or (type in ('OrderClaimed', 'OrderCompleted') and before = 'OrderCancelled') limit 10`,
)
export const unbalanced = sql(
  'chaos.unbalanced',
  `select 'the whole' as account, currency, sum(posted_minor) as posted, sum(pending_minor) as pending
   from payments.ledger_postings group by 2 having sum(posted_minor) <> 0 or sum(pending_minor) <> 0
   union all
   select account, currency, posted_minor, pending_minor from payments.ledger_balances
   where pending_minor <> 0 or (account like 'clearing:%' and posted_minor <> 0) limit 10`,
)
export const processorBalance = sql(
  'chaos.processor_balance',
  `select coalesce(sum(posted_minor), 0)::bigint as posted from payments.ledger_balances where account = 'processor_balance'`,
)
/**
 * Who hears what. Written out here and not taken from the shop: a consumer that forgot a type would
 * forget it here too.
 */
export const heard: readonly (readonly [consumer: string, types: string])[] = [
  [
    'orders',
    'ShowPublished ShowChanged ShowCancelled ExpirationComplete PaymentStarted PaymentAuthorized PaymentVoided ChargeCreated ChargeFailed ChargeRefunded RefundReturned TicketsIssued TicketVoided TicketsReturned',
  ],
  [
    'payments',
    'OrderCreated OrderExtended OrderReopened OrderCancelled OrderClaimed ClaimRejected OrderCompleted',
  ],
  ['expiration', 'OrderCreated OrderExtended OrderReopened OrderCancelled OrderClaimed ClaimRejected'],
  ['tickets', 'OrderCompleted ReturnRequested ChargeRefunded'],
  [
    'mail',
    'ShowPublished ShowChanged ShowCancelled OrderCompleted TicketsIssued TicketVoided ChargeRefunded RefundReturned LinkRequested',
  ],
  [
    'webhooks',
    'ShowPublished ShowChanged ShowCancelled OrderCompleted OrderCancelled ChargeRefunded RefundReturned PlacesReturned TicketsIssued TicketVoided TicketCheckedIn CheckInUndone',
  ],
]
export const undelivered = sql(
  'chaos.undelivered',
  `select h.consumer, o.type, o.id, o.subject from unnest($1::text[], $2::text[]) as h (consumer, type)
   join platform.outbox o on o.type = h.type
   where not exists (select 1 from platform.inbox i where i.consumer = h.consumer and i.event_id = o.id) limit 10`,
)
export const strangeDeliveries = sql(
  'chaos.strange_deliveries',
  `select case when dead then 'dead letter' else 'parked' end as what, consumer, seq::text as id, reason from platform.parked_deliveries
   union all
   select 'handled, never stored', consumer, event_id::text, '' from platform.inbox i
   where not exists (select 1 from platform.outbox o where o.id = i.event_id) limit 10`,
)
export const wrongOrder = sql(
  'chaos.wrong_order',
  `select 'stored' as what, subject, source, version from (
     select subject, source, version, lag(version) over (partition by subject, source order by seq) as before from platform.outbox) e
   where before >= version
   union all
   select 'handled by ' || consumer, subject, source, version from (
     select i.consumer, o.subject, o.source, o.version, i.handled_at,
            lag(i.handled_at) over (partition by i.consumer, o.subject, o.source order by o.seq) as before
     from platform.inbox i join platform.outbox o on o.id = i.event_id) e
   where before > handled_at limit 10`,
)
/**
 * What happens once to an order, or to a payment, and was told twice: an effect that took place
 * twice.
 */
export const toldTwice = sql(
  'chaos.told_twice',
  `select type, case when type in ('ChargeCreated', 'PaymentStarted') then data ->> 'paymentId' else subject::text end as of_what,
          count(*)::int as times
   from platform.outbox
   where type in ('OrderCreated', 'OrderCompleted', 'TicketsIssued', 'ChargeCreated', 'PaymentStarted')
   group by 1, 2 having count(*) > 1 limit 10`,
)
export const countEvents = sql('chaos.count_events', 'select count(*)::int as events from platform.outbox')
export const wrongTickets = sql(
  'chaos.wrong_tickets',
  `with issued as (select order_id, count(*) filter (where status in ('valid', 'used')) as tickets from tickets.tickets group by 1),
   wanted as (
     select o.id, o.status, (select sum((line ->> 'quantity')::int) from json_array_elements(o.lines) as line) as quantity
     from orders.orders o)
   select coalesce(w.id, i.order_id) as id, w.status, w.quantity, i.tickets from wanted w full join issued i on i.order_id = w.id
   where coalesce(i.tickets, 0) <> case when w.status = 'complete' then w.quantity else 0 end limit 10`,
)
export const readOrders = sql(
  'chaos.read_orders',
  `select id, status, buyer_id as "buyerId", total_minor as "totalMinor", refunded_minor as "refundedMinor", version, cancel_reason as reason
   from orders.orders`,
)
export const readPayments = sql(
  'chaos.read_payments',
  `select id, order_id as "orderId", status from payments.payments`,
)
export const readRefunds = sql(
  'chaos.read_refunds',
  `select id, order_id as "orderId", amount_minor as "amountMinor", status from payments.refunds`,
)
/** What is not at rest yet, by kind. */
export const restless = sql(
  'chaos.restless',
  `select 'order ' || status as what, count(*)::int as count from orders.orders where status in ('created', 'claimed') group by 1
   union all select 'payment ' || status, count(*)::int from payments.payments where open group by 1
   union all select 'refund ' || status, count(*)::int from payments.refunds where status not in ('succeeded', 'failed') group by 1
   union all select 'delivery parked for ' || consumer, count(*)::int from platform.parked_deliveries where not dead group by 1
   union all
   select 'event for ' || h.consumer, count(*)::int from unnest($1::text[], $2::text[]) as h (consumer, type)
   join platform.outbox o on o.type = h.type
   where not exists (select 1 from platform.inbox i where i.consumer = h.consumer and i.event_id = o.id) group by 1`,
)
/**
 * From the moment that money was set aside for an order to the moment that it was settled, on the
 * database's clock.
 */
export const settlingTimes = sql(
  'chaos.settling_times',
  `select subject, min(occurred_at) filter (where type = 'PaymentAuthorized') as authorized,
          max(occurred_at) filter (where type in ('OrderCompleted', 'OrderCancelled')) as settled
   from (select case when type = 'PaymentAuthorized' then (data ->> 'orderId')::uuid else subject end as subject, type, occurred_at
         from platform.outbox where type in ('PaymentAuthorized', 'OrderCompleted', 'OrderCancelled')) e
   group by 1 having count(*) filter (where type = 'PaymentAuthorized') > 0`,
)
export const countStates = sql(
  'chaos.count_states',
  `select concat_ws(': ', status, cancel_reason) as status, count(*)::int as count from orders.orders group by 1 order by 1`,
)
