-- What operators look at and set: which processes there are, and switches that every process obeys.

create table platform.processes (
  id          uuid primary key,
  pid         int not null,
  host        text not null,
  services    text[] not null,
  version     text not null,
  started_at  timestamptz not null,
  last_seen_at timestamptz not null default now()
);

create table platform.switches (
  name       text primary key,
  is_on      boolean not null,
  reason     text,
  changed_at timestamptz not null default now()
);
