-- An answer may be nothing at all.
alter table platform.idempotency_keys alter column answer drop not null;
