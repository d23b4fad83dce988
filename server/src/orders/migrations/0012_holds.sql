-- Limits on who holds how many places: from which network an order came, until an hour after its deadline, and the
-- orders of one address. Networks are not kept with orders, which stay for years. No key and no reference: a row is
-- written once with its order, and pruned.
create table orders.network_holds (
  order_id   uuid not null,
  show_id    uuid not null,
  -- from narrow to wide; of IPv4 all the same
  network    text not null,
  wider      text not null,
  widest     text not null,
  places     int not null,
  expires_at timestamptz not null
);
create index network_holds_by_network on orders.network_holds (show_id, widest);
create index orders_by_address on orders.orders (show_id, buyer_email);
