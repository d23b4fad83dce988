-- What of the total is paid by a payment of ours, and where the order came from. Null: all of the total is due, as it
-- was of every order before, and is where an older version still writes beside this one.
alter table orders.orders add column due_minor bigint check (due_minor between 0 and total_minor);
alter table orders.orders add column channel text not null default 'web' check (channel in
  ('web', 'embed', 'box_office', 'door', 'guest_list', 'waiting_list', 'import', 'api'));
-- Who of the staff sold it at the counter, and how staff settled it, maybe later: null of a card.
alter table orders.orders add column sold_by uuid;
alter table orders.orders add column tender text check (tender in ('cash', 'terminal', 'transfer', 'on_account', 'comp'));
alter table orders.orders add column tender_reason text;
alter table orders.orders add column tendered_by uuid;
-- Somebody at the counter may give a name, and need not give an address.
alter table orders.orders add column buyer_name text;
alter table orders.orders alter column buyer_email drop not null;
