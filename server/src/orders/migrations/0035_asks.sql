-- What a show asks of those who bought, as its news tells it; null of a show that was heard of before.
alter table orders.shows add column asks json;
alter table orders.shows add column starts_at timestamptz;
-- Which unit a ticket is: found by the ticket's id.
create table orders.ticket_units (
  ticket_id uuid primary key,
  order_id  uuid not null,
  unit      int not null
);
insert into orders.ticket_units (ticket_id, order_id, unit)
select (ticket ->> 'id')::uuid, o.id, coalesce((ticket ->> 'unit')::int, position::int - 1)
from orders.orders o cross join lateral json_array_elements(o.known_tickets) with ordinality as t (ticket, position)
where o.known_tickets is not null
on conflict do nothing;
