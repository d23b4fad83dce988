-- What the auditor remembers: how far it has looked, what it saw wrong, and a copy of the processor's list. No service
-- reads this, and the auditor writes nowhere else.

-- Positions by name: in the stream of events, in the rolling look at all orders and payments, in the processor's list.
create table audit.marks (
  name       text primary key,
  place      text not null,
  moved_at   timestamptz not null default now()
);

-- Orders that were open or between two states when they were looked at: looked at again until they are at rest.
create table audit.watched_orders (
  order_id   uuid primary key,
  expires_at timestamptz not null
);
create index watched_orders_by_end on audit.watched_orders (expires_at);

-- Sums over stretches of a show's orders, so that a million of them need not be added up each minute. A stretch whose
-- orders changed is added up anew: while `fresh_looks` is above zero its tallies are not trusted.
create table audit.stretches (
  show_id     uuid not null,
  from_id     uuid not null,
  to_id       uuid not null,
  tallies     jsonb not null default '[]',
  fresh_looks int not null,
  counted_at  timestamptz not null default now(),
  primary key (show_id, to_id)
);
create index stretches_by_age on audit.stretches (counted_at);

create table audit.breaches (
  invariant     text not null,
  key           text not null,
  order_ids     text[] not null,
  explanation   text not null,
  first_seen_at timestamptz not null default now(),
  last_seen_at  timestamptz not null default now(),
  cleared_at    timestamptz,
  primary key (invariant, key)
);
create index breaches_open on audit.breaches (invariant) where cleared_at is null;

-- How each invariant fared when it was last looked at.
create table audit.looks (
  invariant    text primary key,
  checked_rows bigint not null,
  looked_at    timestamptz not null default now()
);

create table audit.runs (
  id         bigint generated always as identity primary key,
  started_at timestamptz not null,
  took_ms    int not null,
  checked    bigint not null,
  breaches   int not null,
  books      text not null check (books in ('read', 'unreachable', 'none'))
);

-- The processor's list as last read. What differs from ours is asked again one by one before it counts.
create table audit.intents (
  intent_id        text primary key,
  payment_id       text,
  order_id         text,
  status           text not null,
  currency         text not null,
  amount_minor     bigint not null,
  authorized_minor bigint not null,
  captured_minor   bigint not null,
  refunded_minor   bigint not null,
  disputed         boolean not null,
  created_at       timestamptz not null,
  read_at          timestamptz not null default now()
);
create index intents_by_payment on audit.intents (payment_id);

create table audit.differences (
  id              text primary key,
  kind            text not null,
  owner           text not null check (owner in ('shop', 'processor', 'organiser', 'operator')),
  explanation     text not null,
  order_id        text,
  payment_id      text,
  intent_id       text,
  currency        text,
  shop_minor      bigint,
  ledger_minor    bigint,
  processor_minor bigint,
  first_seen_at   timestamptz not null default now(),
  last_seen_at    timestamptz not null default now(),
  resolved_at     timestamptz
);
create index differences_open on audit.differences (first_seen_at) where resolved_at is null;
