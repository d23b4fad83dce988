-- Which types of events a consumer's position stands for, each with null, or with the window from which it was not heard.
alter table platform.cursors add column heard json;
