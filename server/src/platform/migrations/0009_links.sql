-- What a link in a mail opens. Its secret part is computed from the row and a key outside of it, so no row
-- opens anything.
create table platform.links (
  id         uuid primary key,
  purpose    text not null
    check (purpose in ('sign_in', 'reset_password', 'my_tickets', 'verify_email', 'order')),
  -- whose mails show it; of an order also the order
  email      text not null,
  order_id   uuid,
  expires_at timestamptz not null,
  used_at    timestamptz,
  made_at    timestamptz not null default now(),
  check ((order_id is null) = (purpose <> 'order'))
);
create index links_by_email on platform.links (email) where purpose <> 'order' and used_at is null;
create index links_by_end on platform.links (expires_at);

alter table platform.sessions
  -- addresses whose mails the session's person reads
  add column proved text[] not null default '{}',
  -- orders that a link opened
  add column orders uuid[] not null default '{}';

-- Guests by what names their person: an address that they gave, or the account that took them over.
create table platform.buyer_ids (
  owner    text not null,
  buyer_id uuid not null,
  primary key (owner, buyer_id)
);
