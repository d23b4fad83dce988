-- Tickets from before units had numbers stand in the order of their units.
update orders.orders o set known_tickets = (
  select json_agg(jsonb_build_object('unit', position - 1, 'generation', 1) || ticket::jsonb order by position)
  from json_array_elements(o.known_tickets) with ordinality as k (ticket, position))
where exists (select from json_array_elements(o.known_tickets) as k (ticket) where not ticket::jsonb ? 'unit');
