-- Rupiah and pesos have prices of more than nine digits of minor units.
alter table tickets.ticket_types alter column price_minor type bigint;
