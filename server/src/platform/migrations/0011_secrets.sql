-- What secrets made anything here. A value tells whether a secret is the same, and nothing about it.
create table platform.secret_checks (
  check_value text primary key,
  since       timestamptz not null default now()
);
