-- A reservation is a hold until a date that staff said. What of a pool is reserved is added up when somebody asks what is
-- left: there are few.
alter table orders.orders add column kind text not null default 'hold' check (kind in ('hold', 'reservation'));
create index orders_reserved on orders.orders (show_id) where kind = 'reservation' and status = 'created';
