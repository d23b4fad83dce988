-- The money of tickets that were given back.
alter table payments.refunds drop constraint refunds_origin_check;
alter table payments.refunds add constraint refunds_origin_check
  check (origin in ('organiser', 'return', 'late_money', 'processor'));
