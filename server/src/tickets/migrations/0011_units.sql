-- A ticket is that of a unit of its order, and its code is computed: of its id, its generation and a key of the shop.
-- Those issued before keep their random codes, and have no key.
alter table tickets.tickets add column unit int;
update tickets.tickets t set unit = n.unit
from (select order_id, id, row_number() over (partition by order_id order by id) - 1 as unit from tickets.tickets) n
where n.order_id = t.order_id and n.id = t.id;
alter table tickets.tickets alter column unit set not null;
alter table tickets.tickets add column generation int not null default 1 check (generation > 0);
alter table tickets.tickets add column key_version text;
