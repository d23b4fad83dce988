-- Positions from before a restore are below 0: a consumer that has read nothing begins at the lowest number.
alter table platform.cursors alter column window_from set default -9007199254740991;

-- The shop as an installation. A restore gives it a new epoch: what was told before can be told apart.
create table platform.installation (
  is_only         boolean primary key default true check (is_only),
  epoch           uuid not null default gen_random_uuid(),
  -- when the backup was taken that this database came from; null for one that was never restored
  backup_taken_at timestamptz,
  restored_at     timestamptz,
  -- null while a restored shop has not settled with the card processor: until then it may not act
  settled_at      timestamptz default now()
);
insert into platform.installation default values;

-- Backups that were taken and are whole. For people: how old is the last one?
create table platform.backups (
  id          uuid primary key,
  taken_at    timestamptz not null,
  finished_at timestamptz not null default now(),
  bytes       bigint not null
);
create index backups_by_age on platform.backups (taken_at);
