-- Whose an event is. Null: nobody's, or of an event from before.
alter table platform.outbox add column organisation_id uuid;
