-- Mails that belong to no order are removed by their age alone.
create index mails_without_order on mail.mails (ended_at) where order_id is null;
