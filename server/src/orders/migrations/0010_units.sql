-- Units and pools: each line says what one of its units takes of which pools, and so does each ticket type. A pool that
-- latches stays closed once it was full.
alter table orders.pools add column latch boolean not null default false;
alter table orders.pools add column closed boolean not null default false;
alter table orders.pools add check (not closed or latch);

update orders.shows set ticket_types = (
  select json_agg(
    (type - 'poolId') || jsonb_build_object('takes', jsonb_build_array(
      jsonb_build_object('poolId', type -> 'poolId', 'count', 1, 'name', type -> 'name', 'shared', false)))
    order by position)
  from jsonb_array_elements(ticket_types::jsonb) with ordinality as t (type, position))
where json_array_length(ticket_types) > 0;

update orders.orders set lines = (
  select json_agg(
    (line - 'poolId') || jsonb_build_object('takes', jsonb_build_array(
      jsonb_build_object('poolId', line -> 'poolId', 'count', 1)))
    order by position)
  from jsonb_array_elements(lines::jsonb) with ordinality as l (line, position))
where json_array_length(lines) > 0;
