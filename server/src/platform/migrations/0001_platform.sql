-- Tables of the platform: what the bus and the HTTP edge remember. No service's business is here.

create table platform.outbox (
  seq            bigint generated always as identity primary key,
  -- The newest transaction that had ended when the row was written, or its own when that is newer. Readers stay below the
  -- oldest transaction still running. Its own alone would not do: a transaction may get its id early and lock this
  -- aggregate late, after one with a newer id; its event would then be read first.
  settled_xid    bigint not null default greatest(
    pg_current_xact_id()::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1),
  id             uuid not null,
  type           text not null,
  source         text not null,
  subject        uuid not null,
  version        int not null check (version > 0),
  occurred_at    timestamptz not null,
  causation_id   text,
  correlation_id text not null,
  data           json not null
);
create index outbox_by_settled_xid on platform.outbox (settled_xid, seq);
create index outbox_by_process on platform.outbox (correlation_id);

-- How far each consumer has read: everything below window_from, and of the open window what is up to after_seq.
create table platform.cursors (
  consumer    text primary key,
  window_from bigint not null default 0,
  window_to   bigint,
  after_seq   bigint not null default 0,
  updated_at  timestamptz not null default now()
);

create table platform.inbox (
  consumer   text not null,
  event_id   uuid not null,
  handled_at timestamptz not null default now(),
  primary key (consumer, event_id)
);

-- Deliveries that failed and wait for another try; dead ones wait for a person.
create table platform.parked_deliveries (
  consumer  text not null,
  seq       bigint not null references platform.outbox (seq),
  subject   uuid not null,
  attempts  int not null,
  due_at    timestamptz not null,
  reason    text not null,
  dead      boolean not null default false,
  parked_at timestamptz not null default now(),
  primary key (consumer, seq)
);
create index parked_by_subject on platform.parked_deliveries (consumer, subject, seq) where not dead;

create table platform.idempotency_keys (
  scope       text not null,
  key         text not null,
  fingerprint text not null,
  answer      json not null,
  created_at  timestamptz not null default now(),
  primary key (scope, key)
);
create index idempotency_keys_by_age on platform.idempotency_keys using brin (created_at);

create table platform.sessions (
  token_hash   bytea primary key,
  principal_id uuid not null,
  kind         text not null check (kind in ('user', 'guest')),
  email        text not null,
  -- a browser's session, or a token for programs
  purpose      text not null check (purpose in ('session', 'api_token')),
  created_at   timestamptz not null default now(),
  expires_at   timestamptz not null
);
create index sessions_by_principal on platform.sessions (principal_id);
create index sessions_by_end on platform.sessions (expires_at);

-- The layout is that of the rate-limiter library, which owns it.
create table platform.rate_limits (
  key    varchar(255) primary key,
  points integer not null default 0,
  expire bigint
);
