-- What people say of an order (no unit) or of one of its units: the holder's name and address, answers to the show's
-- questions. The only place that has them: no event carries them, and services that show them read them here.
create table platform.particulars (
  order_id     uuid not null,
  unit         int check (unit >= 0),
  show_id      uuid not null,
  holder_name  text,
  holder_email text,
  -- the name as it is searched
  search_text  text,
  answers      json not null default '{}',
  changed_at   timestamptz not null default now(),
  unique nulls not distinct (order_id, unit)
);
create index particulars_by_show on platform.particulars (show_id) where search_text is not null;
