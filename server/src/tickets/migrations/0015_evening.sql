-- Doors, end, last entry, least age and a note for the door, as the contract writes them; null: nothing is said.
alter table tickets.shows add column evening json;
