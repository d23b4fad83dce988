-- Somebody who bought at the counter need not give an address: nobody is told anything then.
alter table mail.orders alter column email drop not null;
