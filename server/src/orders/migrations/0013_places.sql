-- How many tickets an order has, so that the sales of a show are added up without taking its lines apart. Null in rows
-- of before, and of an older version that runs beside.
alter table orders.orders add column places int;
