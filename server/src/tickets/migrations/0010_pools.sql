-- Pools: what ticket types take from, alone or shared with others. Only shared ones have a name.
create table tickets.pools (
  id       uuid primary key,
  show_id  uuid not null references tickets.shows (id),
  position int not null,
  name     text,
  capacity int not null check (capacity >= 0),
  latch    boolean not null default false,
  unique (show_id, name)
);
create index pools_by_show on tickets.pools (show_id, position);

insert into tickets.pools (id, show_id, position, capacity)
select pool_id, show_id, position, capacity from tickets.ticket_types;

alter table tickets.ticket_types add column takes json;
update tickets.ticket_types set takes = json_build_array(json_build_object('poolId', pool_id, 'count', 1));
alter table tickets.ticket_types alter column takes set not null;
alter table tickets.ticket_types drop column pool_id;
alter table tickets.ticket_types drop column capacity;
