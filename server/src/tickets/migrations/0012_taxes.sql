-- The tax that is contained in a price, in hundredths of a per cent; null: none is named.
alter table tickets.ticket_types add column tax_rate_bps int check (tax_rate_bps between 0 and 10000);
