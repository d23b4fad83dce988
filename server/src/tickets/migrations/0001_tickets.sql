-- Shows with their ticket types and seats, and the tickets issued after a sale. What of it is free, orders knows.

create table tickets.shows (
  id            uuid primary key,
  organiser_id  uuid not null,
  title         text not null,
  starts_at     timestamptz not null,
  time_zone     text not null,
  currency      text not null,
  venue         text,
  description   text,
  hold_seconds  int not null check (hold_seconds > 0),
  max_per_order int not null check (max_per_order > 0),
  status        text not null check (status in ('draft', 'on_sale', 'closed', 'cancelled')),
  -- null: nobody but the organiser has ever seen it
  published_at  timestamptz,
  version       int not null check (version > 0),
  created_at    timestamptz not null default now(),
  check (published_at is not null or status in ('draft', 'cancelled'))
);
create index shows_on_sale on tickets.shows (starts_at, id) where status = 'on_sale';
create index shows_by_organiser on tickets.shows (organiser_id, starts_at, id);

create table tickets.ticket_types (
  id          uuid primary key,
  show_id     uuid not null references tickets.shows (id),
  position    int not null,
  name        text not null,
  price_minor int not null check (price_minor >= 0),
  pool_id     uuid not null,
  capacity    int not null check (capacity >= 0),
  seated      boolean not null
);
create index ticket_types_by_show on tickets.ticket_types (show_id, position);

create table tickets.seats (
  id             uuid primary key,
  show_id        uuid not null references tickets.shows (id),
  ticket_type_id uuid not null references tickets.ticket_types (id),
  position       int not null,
  section        text not null,
  row            text not null,
  number         text not null,
  -- one chair is never sold twice under two prices
  unique (show_id, section, row, number)
);
create index seats_by_type on tickets.seats (ticket_type_id, position);

-- All that one order admits to its show. A row without a show is a tombstone: its refund came before its completion.
create table tickets.admissions (
  order_id             uuid primary key,
  show_id              uuid,
  -- the payment that paid the order, if known: only its refund takes the tickets back
  payment_id           uuid,
  status               text not null check (status in ('refunded_early', 'issued', 'void')),
  refunded_payment_ids uuid[] not null default '{}',
  version              int not null check (version >= 0),
  created_at           timestamptz not null default now(),
  check ((show_id is null) = (status = 'refunded_early'))
);

-- Labels are copied at the sale: a ticket stays as it was sold.
create table tickets.tickets (
  order_id       uuid not null references tickets.admissions (order_id),
  id             uuid not null,
  ticket_type_id uuid not null,
  name           text not null,
  code           text not null unique,
  seat_id        uuid,
  section        text,
  row            text,
  number         text,
  status         text not null check (status in ('valid', 'used', 'void')),
  used_at        timestamptz,
  primary key (order_id, id),
  check ((status = 'used') <= (used_at is not null))
);
