-- The start with which a show was first published. A show that has another one now was moved, and its page says so.
alter table tickets.shows add column announced_start timestamptz;
update tickets.shows set announced_start = starts_at where published_at is not null;
