-- The return that was asked for of a complete order, or that a refunded one ended by. Null of orders refunded before
-- returns were told.
alter table orders.orders add column return_id uuid check (return_id is null or status in ('complete', 'refunded'));
