-- Marks what this shop makes at the card processor, for life: also after a restore, on any cluster.
alter table platform.installation add column id uuid not null default gen_random_uuid();
-- 244 random bits. Keys are derived from it, one for each use.
alter table platform.installation add column secret bytea not null
  default sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'));
