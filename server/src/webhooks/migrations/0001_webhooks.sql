-- The feed of each organisation, the endpoints that it is sent to, and what became of each delivery.

-- How far each feed is. One reader counts at a time, so that positions have no gaps and none commits late.
create table webhooks.organisations (
  id       uuid primary key,
  position bigint not null default 0
);

-- Public events, without a field of a person.
create table webhooks.feed (
  organisation_id uuid not null references webhooks.organisations (id),
  position        bigint not null,
  event_id        uuid not null unique,
  type            text not null,
  version         int not null,
  -- the order, else the show: what is told of one is told in order
  about           uuid not null,
  occurred_at     timestamptz not null,
  data            json not null,
  recorded_at     timestamptz not null default now(),
  primary key (organisation_id, position)
);
create index feed_by_age on webhooks.feed (recorded_at);

create table webhooks.endpoints (
  id                uuid primary key,
  organisation_id   uuid not null references webhooks.organisations (id),
  url               text not null,
  events            text[] not null,
  state             text not null default 'active' check (state in ('active', 'disabled')),
  disabled_because  text check (disabled_because in ('owner', 'gone', 'down')),
  -- Up to here the feed was taken into deliveries.
  position          bigint not null,
  -- The one clock of the endpoint: failures in a row, since when, and when it is tried again.
  failures          int not null default 0,
  failing_since     timestamptz,
  retry_at          timestamptz,
  -- Secrets are computed of these; none is stored.
  generation        int not null default 1,
  key_version       text not null,
  old_key_version   text,
  old_secret_until  timestamptz,
  made_at           timestamptz not null default now(),
  check ((state = 'disabled') = (disabled_because is not null))
);
create index endpoints_by_organisation on webhooks.endpoints (organisation_id);

-- Without bodies: they are built of the feed when they are sent or shown, and go with it.
create table webhooks.deliveries (
  id              uuid primary key,
  endpoint_id     uuid not null references webhooks.endpoints (id) on delete cascade,
  organisation_id uuid not null,
  position        bigint not null,
  about           uuid not null,
  state           text not null check (state in ('waiting', 'sending', 'delivered', 'given_up')),
  attempts        int not null default 0,
  -- Grows with each try: what an older one learned changes nothing.
  fence           int not null default 0,
  leased_until    timestamptz,
  first_tried_at  timestamptz,
  tried_at        timestamptz,
  retry_at        timestamptz,
  status          int,
  answer          text,
  answered_at     timestamptz,
  unique (endpoint_id, position),
  foreign key (organisation_id, position) references webhooks.feed (organisation_id, position) on delete cascade
);
create index deliveries_of_event on webhooks.deliveries (organisation_id, position);
create index deliveries_open on webhooks.deliveries (endpoint_id, position) where state in ('waiting', 'sending');
