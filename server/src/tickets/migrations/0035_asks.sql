-- What a show asks of those who bought: questions, names of holders, until when they may change; null: nothing.
alter table tickets.shows add column asks json;
-- The door names a ticket by its id when it was found by a name.
create index tickets_by_id on tickets.tickets (id);
