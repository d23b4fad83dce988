-- Where a ticket was used, as the door calls itself; null when it did not say.
alter table tickets.tickets add column used_door text check (used_door is null or status <> 'valid');
