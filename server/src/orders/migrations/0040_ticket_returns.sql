-- Tickets given back one by one. What the show takes back, frozen as instants with each order; the returns of an order and
-- what went back of each of its units (null: nothing, or only the sum is known); whether its bank asks for the money.
alter table orders.shows add column return_terms json;
alter table orders.orders add column return_terms json;
alter table orders.orders add column returns json;
alter table orders.orders add column back json;
alter table orders.orders add column disputed boolean not null default false;
-- Places that were given back and are kept from the sale.
alter table orders.pools add column withheld int not null default 0 check (withheld >= 0);
alter table orders.pools add check (held + sold + withheld <= capacity);
alter table orders.pools drop constraint pools_check;
alter table orders.seats drop constraint seats_state_check;
alter table orders.seats add constraint seats_state_check check (state in ('available', 'held', 'sold', 'withheld'));
