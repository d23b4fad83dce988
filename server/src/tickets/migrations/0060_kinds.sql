-- How many people a ticket lets in. An extra lets in nobody, and has no code that a door could scan.
alter table tickets.tickets add column admits int not null default 1 check (admits >= 0);
alter table tickets.tickets alter column code drop not null;
alter table tickets.tickets add check (code is not null or admits = 0);
