-- When a show was to begin as it was first published: who looks at one that was moved is told so.
alter table tickets.shows add column announced_start timestamptz;
update tickets.shows set announced_start = starts_at where published_at is not null;
