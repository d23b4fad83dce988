-- When somebody first showed that they read the account's mail.
alter table identity.users add column proved_at timestamptz;
-- An account whose password nobody may know has none.
alter table identity.users alter column password_hash drop not null;
-- Buyers from before: guests by the address that they gave last, accounts by theirs.
insert into platform.buyer_ids (owner, buyer_id)
  select email, id from identity.guests union select email, id from identity.users
  on conflict do nothing;
