-- Who operates the shop. Written by identity, read by every process, like sessions.
create table platform.operators (
  user_id uuid primary key,
  since   timestamptz not null default now()
);

-- The link that makes the first operator: one for the whole shop. A newer link replaces the one before.
create table platform.operator_link (
  is_only    boolean primary key default true check (is_only),
  token_hash bytea not null,
  expires_at timestamptz not null,
  used_by    uuid
);
