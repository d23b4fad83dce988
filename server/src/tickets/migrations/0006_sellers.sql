-- Who may sell. The id is an organisation's; that of an account's own organisation is the account's id.
create table tickets.sellers (
  id         uuid primary key,
  approved   boolean not null default false,
  -- A mark of its own beside the status of each show: lifting it opens only what was open.
  blocked    boolean not null default false,
  -- when the seller first wanted to put a show on sale and had to wait
  asked_at   timestamptz,
  reason     text,
  changed_at timestamptz not null default now()
);
-- Who sells already goes on.
insert into tickets.sellers (id, approved)
select distinct organiser_id, true from tickets.shows where published_at is not null;

-- True while the seller is blocked: the show sells nothing, whatever its status.
alter table tickets.shows add column blocked boolean not null default false;
create index shows_blocked on tickets.shows (id) where blocked;
