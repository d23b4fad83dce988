-- What the pages of a session are read in: mails are written in it.
alter table platform.sessions add column language text;
