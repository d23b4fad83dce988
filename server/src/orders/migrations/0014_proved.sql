-- Orders whose session had proved the address it bought with: their places count by themselves, so that nobody who types
-- an address takes its owner's limit. No reference: a row is written once with its order.
create table orders.proved_orders (order_id uuid primary key);
