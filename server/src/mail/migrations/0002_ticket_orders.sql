-- Which order a ticket is of: its document is asked for by the ticket's id.
create table mail.ticket_orders (
  ticket_id uuid primary key,
  order_id  uuid not null
);
insert into mail.ticket_orders (ticket_id, order_id)
  select (t ->> 'id')::uuid, o.id from mail.orders o cross join lateral json_array_elements(o.tickets) as t
  where o.tickets is not null;
