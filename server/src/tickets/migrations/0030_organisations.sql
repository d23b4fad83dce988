-- Who has shows is an organisation, with its account as the owner.
insert into platform.organisations (id)
  select distinct organiser_id from tickets.shows
  on conflict do nothing;
insert into platform.members (organisation_id, user_id, role)
  select distinct organiser_id, organiser_id, 'owner' from tickets.shows
  on conflict do nothing;
