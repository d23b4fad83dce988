-- One row for each order's deadline. Waiting ones cost an index entry until they are due.

create table expiration.timers (
  order_id      uuid primary key,
  status        text not null check (status in ('waiting', 'stopped', 'fired')),
  expires_at    timestamptz,
  order_version int not null,
  version       int not null,
  check (status = 'stopped' or expires_at is not null)
) with (fillfactor = 70);
create index timers_waiting on expiration.timers (expires_at) where status = 'waiting';
