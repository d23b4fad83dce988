-- What happened to an order, once its events are gone: the entries of its timeline as people read them.
create table orders.timelines (
  order_id  uuid primary key,
  entries   jsonb not null,
  stored_at timestamptz not null default now()
);
