-- What nobody needs any more is removed. An event that goes must not be looked for in here row by row, so the rows name
-- it without a foreign key.
alter table platform.parked_deliveries drop constraint parked_deliveries_seq_fkey;
create index parked_by_event on platform.parked_deliveries (seq);

-- When a consumer first read: it acts on nothing that is older. Those that are there have read from the beginning.
alter table platform.cursors add column began_at timestamptz not null default now();
update platform.cursors set began_at = 'epoch';
-- Events went that it had not read, because it was silent for too long. It is told so when it returns.
alter table platform.cursors add column passed_over_at timestamptz;

-- Work that the shop does by itself now and then: where it goes on, when it last ended well and how, and what has gone
-- wrong since.
create table platform.chores (
  name          text primary key,
  place         json not null default '{}',
  ended_at      timestamptz,
  report        json,
  failing_since timestamptz,
  problem       text
);

-- Dead rows of the tables from which many are removed are taken away before they are a fifth of them.
alter table platform.outbox set (autovacuum_vacuum_scale_factor = 0.05);
alter table platform.inbox set (autovacuum_vacuum_scale_factor = 0.05);
alter table platform.idempotency_keys set (autovacuum_vacuum_scale_factor = 0.05);
