-- Tables of the payments service: what happened to money. Amounts are integers in minor units.

-- Copies of what the orders service told: a hint that refuses early, never the judge of a claim.
create table payments.known_orders (
  id           uuid primary key,
  version      int not null check (version > 0),
  status       text not null check (status in ('created', 'claimed', 'complete', 'cancelled')),
  -- null while only later events of the order have come: a tombstone
  buyer_id     uuid,
  organiser_id uuid,
  amount_minor bigint check (amount_minor >= 0),
  currency     text,
  expires_at   timestamptz,
  claimed_by   uuid
) with (fillfactor = 70);

-- One attempt to pay an order. The row is written before the processor is first called: its id makes every key.
create table payments.payments (
  id               uuid primary key,
  order_id         uuid not null,
  buyer_id         uuid not null,
  organiser_id     uuid not null,
  amount_minor     bigint not null check (amount_minor > 0),
  currency         text not null,
  payment_method   text not null,
  status           text not null check (
    status in ('started', 'requires_action', 'authorized', 'captured', 'voided', 'declined', 'refunded', 'unknown')),
  -- what was under way when the outcome became unknown
  step             text,
  intent_id        text,
  -- the intent as last seen at the processor
  intent_status    text,
  charge_id        text,
  -- the order's answer to the authorization
  claim            text check (claim in ('won', 'lost')),
  asked_version    int,
  authorized_minor bigint not null default 0 check (authorized_minor between 0 and amount_minor),
  captured_minor   bigint not null default 0 check (captured_minor >= 0),
  refunded_minor   bigint not null default 0 check (refunded_minor between 0 and captured_minor),
  decline_code     text,
  reason           text,
  capture_refused  boolean not null default false,
  disputed         boolean not null default false,
  version          int not null,
  -- who works on it: a result that comes with an older fence is dropped
  fence            int not null,
  leased_until     timestamptz,
  attempts         int not null default 0,
  next_attempt_at  timestamptz,
  -- next_attempt_at is set. A column of its own, so that moving the time leaves every index alone.
  open             boolean not null,
  created_at       timestamptz not null,
  updated_at       timestamptz not null default now()
) with (fillfactor = 60);
create index payments_by_order on payments.payments (order_id);
create unique index payments_by_intent on payments.payments (intent_id) where intent_id is not null;
create index payments_open on payments.payments (created_at) where open;

create table payments.refunds (
  id           uuid primary key,
  payment_id   uuid not null references payments.payments (id),
  order_id     uuid not null,
  amount_minor bigint not null check (amount_minor > 0),
  currency     text not null,
  origin       text not null check (origin in ('organiser', 'late_money', 'processor')),
  reason       text,
  status       text not null check (status in ('requested', 'pending', 'succeeded', 'failed', 'unknown')),
  processor_id text unique,
  failure_code text,
  created_at   timestamptz not null,
  updated_at   timestamptz not null default now()
);
create index refunds_by_payment on payments.refunds (payment_id);
create index refunds_by_order on payments.refunds (order_id, id);

-- The ledger. An entry moves money from its credit account to its debit account: it sums to zero by its shape. Rows are
-- never changed; a correction is another row.
create table payments.ledger_entries (
  id             bigint generated always as identity primary key,
  -- the payment or refund it tells of: each kind once for each
  source_id      uuid not null,
  kind           text not null,
  payment_id     uuid not null,
  order_id       uuid not null,
  debit_account  text not null,
  credit_account text not null check (credit_account <> debit_account),
  currency       text not null,
  -- taken
  posted_minor   bigint not null check (posted_minor >= 0),
  -- set aside: grows with an authorization, shrinks when that is captured or voided
  pending_minor  bigint not null check (posted_minor <> 0 or pending_minor <> 0),
  effective_at   timestamptz not null,
  inserted_at    timestamptz not null default now(),
  unique (source_id, kind)
);
-- At most one charge of an order is ever kept.
create unique index ledger_one_kept_charge on payments.ledger_entries (order_id) where kind in ('capture', 'claim');

-- Both sides of every entry: debits count up, credits count down.
create view payments.ledger_postings as
  select id as entry_id, source_id, kind, payment_id, order_id, debit_account as account, currency,
         posted_minor, pending_minor, effective_at
  from payments.ledger_entries
  union all
  select id, source_id, kind, payment_id, order_id, credit_account, currency, -posted_minor, -pending_minor, effective_at
  from payments.ledger_entries;

create view payments.ledger_balances as
  select account, currency, sum(posted_minor) as posted_minor, sum(pending_minor) as pending_minor
  from payments.ledger_postings
  group by account, currency;

-- Webhook events whose effect is in. Kept for ever: the processor repeats them for days.
create table payments.webhook_events (
  id          text primary key,
  type        text not null,
  payment_id  uuid,
  outcome     text not null,
  received_at timestamptz not null default now()
);
