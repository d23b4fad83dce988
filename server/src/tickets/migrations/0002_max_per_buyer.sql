-- How many places one buyer may hold and own of a show, in all his orders; null: as many as there are.
alter table tickets.shows add column max_per_buyer int check (max_per_buyer > 0);
