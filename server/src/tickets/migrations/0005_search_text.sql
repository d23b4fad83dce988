-- Title and venue as searches compare them. Written by the program, which folds every script; null until it has.
alter table tickets.shows add column search_text text;
