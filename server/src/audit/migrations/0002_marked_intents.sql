-- What an intent says of its order and payment is kept only when our mark on it is good. The copy of
-- before is read anew.
delete from audit.intents;
delete from audit.marks where name in ('books.newest', 'books.round');
