-- The day on which a show begins where it takes place, for "what is on that day". Kept by the program, which knows its time zones.
alter table tickets.shows add column local_day date;
update tickets.shows set local_day = case
  when time_zone in (select name from pg_timezone_names) then (starts_at at time zone time_zone)::date
  else (starts_at at time zone 'UTC')::date
end;
alter table tickets.shows alter column local_day set not null;
