-- What mail knows of shows and orders, the messages that follow from it, and the built-in mailbox.

create table mail.shows (
  id           uuid primary key,
  organiser_id uuid not null,
  title        text not null,
  starts_at    timestamptz not null,
  time_zone    text not null,
  -- null: unknown, or none
  venue        text,
  -- false: an event from before said nothing of it
  venue_known  boolean not null,
  cancelled    boolean not null,
  -- the start for which people were reminded
  reminded_for timestamptz,
  version      int not null
);
create index shows_by_start on mail.shows (starts_at) where not cancelled;

-- Complete orders, and those whose late money came back.
create table mail.orders (
  id          uuid primary key,
  show_id     uuid not null,
  buyer_id    uuid not null,
  email       text not null,
  language    text not null,
  status      text not null check (status in ('complete', 'refunded', 'cancelled')),
  lines       json not null,
  total_minor bigint not null,
  currency    text not null,
  -- null until they are issued
  tickets     json,
  created_at  timestamptz not null
);
create index orders_by_show on mail.orders (show_id, id);

-- One row for each fact and recipient. Its id is the Message-ID and follows from the two. Text is
-- made when it is sent: neither a link nor a ticket code is stored here.
create table mail.mails (
  id          uuid primary key,
  kind        text not null,
  fact        text not null,
  recipient   text not null,
  language    text not null,
  order_id    uuid,
  show_id     uuid,
  content     json not null,
  state       text not null
    check (state in ('queued', 'sending', 'retrying', 'sent', 'bounced', 'given_up', 'skipped')),
  -- when to try next; of one being sent, when its sender's time is over
  due_at      timestamptz,
  attempts    int not null,
  fence       int not null,
  reason      text,
  queued_at   timestamptz not null,
  ended_at    timestamptz,
  version     int not null,
  check ((due_at is null) = (state in ('sent', 'bounced', 'given_up', 'skipped')))
);
create unique index mails_by_fact on mail.mails (fact, recipient);
create index mails_due on mail.mails (due_at) where due_at is not null;
create index mails_by_order on mail.mails (order_id, id);
create index mails_failed on mail.mails (ended_at) where state in ('bounced', 'given_up');

-- News for everybody who holds tickets of a show: a long flow, some orders at a time.
create table mail.tellings (
  id       uuid primary key,
  show_id  uuid not null,
  kind     text not null,
  fact     text not null,
  content  json not null,
  -- the last order that was written to
  after_id uuid,
  ended    boolean not null,
  told     int not null
);
create unique index tellings_by_fact on mail.tellings (fact);
create index tellings_open on mail.tellings (id) where not ended;

-- The built-in mailbox: what arrived in it, twice where an answer was lost.
create table mail.mailbox (
  id          bigint generated always as identity primary key,
  mail_id     uuid not null references mail.mails (id),
  received_at timestamptz not null default clock_timestamp()
);
create index mailbox_by_mail on mail.mailbox (mail_id);
-- Faults on demand, each for so many deliveries.
create table mail.mailbox_faults (
  kind text primary key check (kind in ('refuse', 'delay', 'lose_answer')),
  times int not null
);
