-- What of the total is paid by a payment of ours, and where the order came from. Null: all of the total is due, as it
-- was of every order before, and is where an older version still writes beside this one.
alter table orders.orders add column due_minor bigint check (due_minor between 0 and total_minor);
alter table orders.orders add column channel text not null default 'web' check (channel in
  ('web', 'embed', 'box_office', 'door', 'guest_list', 'waiting_list', 'import', 'api'));
