-- Who has an account and who bought as a guest. Sessions are the platform's; passwords are only here, hashed.

create table identity.users (
  id            uuid primary key,
  -- normalised: trimmed and in lower case
  email         text not null,
  -- argon2id as a PHC string
  password_hash text not null,
  -- the Idempotency-Key of the sign-up, so that a lost answer can be had again
  sign_up_key   text,
  created_at    timestamptz not null default now()
);
create unique index users_by_email on identity.users (email);

-- One row per visit of a guest: the same address may come again, and may belong to a user.
create table identity.guests (
  id         uuid primary key,
  email      text not null,
  created_at timestamptz not null default now()
);
create index guests_by_email on identity.guests (email);
