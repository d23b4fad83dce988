-- Codes of a show, and the uses of those that have a number of them. Locked before pools, each in the order of ids.
create table orders.codes (
  id         uuid primary key,
  show_id    uuid not null,
  -- as it is compared: capitals without spaces and hyphens
  word       text not null,
  -- what it does and for whom, as the contract has it
  terms      json not null,
  ended      boolean not null default false,
  created_at timestamptz not null default now(),
  unique (show_id, word)
);
create table orders.code_pools (
  id   uuid primary key references orders.codes,
  uses int not null,
  held int not null default 0 check (held >= 0),
  used int not null default 0 check (used >= 0),
  check (held + used <= uses)
);
-- The code of an order, and how many uses of it are the order's.
alter table orders.orders add column code_id uuid;
alter table orders.orders add column code_uses int;
create index orders_by_code on orders.orders (code_id) where code_id is not null;
