-- When the sale of a show ends by itself. Null: not known, of a show that another version stored.
alter table orders.shows add column sales_end_at timestamptz;

-- Of shows that are sold already, the newest news says when they begin.
update orders.shows s set sales_end_at = news.starts_at
from (
  select distinct on (subject) subject, (data ->> 'startsAt')::timestamptz as starts_at
  from platform.outbox where type in ('ShowPublished', 'ShowChanged') order by subject, version desc) as news
where s.id = news.subject;
