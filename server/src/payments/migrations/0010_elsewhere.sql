-- Money that staff took outside of the shop: how. Null of a card, and of every payment before.
alter table payments.payments add column tender text check (tender in ('cash', 'terminal', 'transfer', 'on_account'));
