-- When the doors open and when the show ends, where its organiser says so.
alter table mail.shows add column doors_at timestamptz, add column ends_at timestamptz;
