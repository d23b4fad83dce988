-- Who sells: organisations, their members, and the tokens and devices that act for them. Identity writes
-- these tables; every process reads them with the session.
--
-- The organisation of an account has the account's id. It gets a row with its first show; until then the
-- account is its owner without one.

create table platform.organisations (
  id          uuid primary key,
  -- null: not named yet
  name        text,
  address     text,
  vat_id      text,
  slug        text unique,
  colour      text,
  imprint_url text,
  privacy_url text,
  reply_to    text,
  made_at     timestamptz not null default now()
);

create table platform.members (
  organisation_id uuid not null references platform.organisations (id),
  user_id         uuid not null,
  role            text not null check (role in ('owner', 'manager', 'finance', 'box_office', 'door')),
  -- null: for the whole organisation
  show_ids        uuid[],
  since           timestamptz not null default now(),
  primary key (organisation_id, user_id),
  check (role <> 'owner' or show_ids is null)
);
create index members_by_user on platform.members (user_id);

-- The id is that of the link, which knows until when it works and whether it was used.
create table platform.invitations (
  id              uuid primary key,
  organisation_id uuid not null references platform.organisations (id),
  email           text not null,
  role            text not null check (role in ('owner', 'manager', 'finance', 'box_office', 'door')),
  show_ids        uuid[],
  invited_by      uuid not null,
  made_at         timestamptz not null default now(),
  check (role <> 'owner' or show_ids is null)
);
create index invitations_by_organisation on platform.invitations (organisation_id);

alter table platform.links drop constraint links_purpose_check;
alter table platform.links add constraint links_purpose_check
  check (purpose in ('sign_in', 'reset_password', 'my_tickets', 'verify_email', 'order', 'invitation'));

-- What acts for an organisation without a person: tokens of programs, devices at the door.
create table platform.organisation_keys (
  id              uuid primary key,
  organisation_id uuid not null references platform.organisations (id),
  kind            text not null check (kind in ('token', 'device')),
  name            text not null,
  role            text not null check (role in ('manager', 'finance', 'box_office', 'door')),
  show_ids        uuid[],
  -- null: of a device that is not paired yet
  token_hash      bytea unique,
  -- of a device: what pairs it, and until when
  pairing_hash    bytea unique,
  pairing_until   timestamptz,
  made_by         uuid not null,
  made_at         timestamptz not null default now(),
  expires_at      timestamptz,
  last_used_at    timestamptz,
  ended_at        timestamptz,
  check (kind = 'token' or (role = 'door' and show_ids is not null and expires_at is not null))
);
create index organisation_keys_by_organisation on platform.organisation_keys (organisation_id);
