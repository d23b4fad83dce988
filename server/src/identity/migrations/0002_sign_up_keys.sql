-- Finds the account that a sign-up's Idempotency-Key has made already.
create index users_by_sign_up_key on identity.users (sign_up_key) where sign_up_key is not null;
