-- When, how many at once and to whom a ticket type is sold; null: as the show says. A version that
-- does not know the column leaves it as it is.
alter table tickets.ticket_types add column terms json;
