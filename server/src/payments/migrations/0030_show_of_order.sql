-- Which show an order is for: a member may be there for single shows only. Null for orders from before.
alter table payments.known_orders add column show_id uuid;
