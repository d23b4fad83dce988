-- Orders: what is for sale, how much of it is left, and who holds or bought it.

create table orders.shows (
  id            uuid primary key,
  version       int not null,
  organiser_id  uuid not null,
  title         text not null,
  currency      text not null,
  hold_seconds  int not null,
  max_per_order int not null,
  status        text not null check (status in ('on_sale', 'closed', 'cancelled')),
  ticket_types  json not null
);

-- The last line of defence: no pool ever holds and sells more than it has.
create table orders.pools (
  id       uuid primary key,
  show_id  uuid not null references orders.shows (id),
  capacity int not null,
  held     int not null default 0 check (held >= 0),
  sold     int not null default 0 check (sold >= 0),
  check (held + sold <= capacity)
) with (fillfactor = 50);
create index pools_by_show on orders.pools (show_id);

create table orders.seats (
  id             uuid primary key,
  show_id        uuid not null references orders.shows (id),
  ticket_type_id uuid not null,
  state          text not null default 'available' check (state in ('available', 'held', 'sold')),
  order_id       uuid,
  check ((state = 'available') = (order_id is null))
) with (fillfactor = 70);
create index seats_by_show on orders.seats (show_id);

create table orders.orders (
  id                uuid primary key,
  version           int not null,
  status            text not null check (status in ('created', 'claimed', 'complete', 'cancelled', 'refunded')),
  buyer_id          uuid not null,
  buyer_email       text not null,
  show_id           uuid not null,
  lines             json not null,
  total_minor       bigint not null check (total_minor >= 0),
  currency          text not null,
  created_at        timestamptz not null,
  expires_at        timestamptz not null,
  extended          boolean not null default false,
  hold_seconds      int not null,
  payment_id        uuid,
  payment_under_way uuid,
  refunded_minor    bigint not null default 0,
  cancel_reason     text,
  -- what the tickets service told of the tickets issued for this order
  known_tickets     json,
  check (status <> 'claimed' or payment_id is not null),
  check ((status = 'cancelled') = (cancel_reason is not null))
) with (fillfactor = 60);
create index orders_by_buyer on orders.orders (buyer_id, id);
create index orders_by_show on orders.orders (show_id, id);
