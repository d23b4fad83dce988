-- With which address an order was bought: whoever reads its mails may pay it. Null for orders from before, and of walk-ins.
alter table payments.known_orders add column buyer_email text;
