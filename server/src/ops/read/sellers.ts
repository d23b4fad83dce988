// SQL of the operator's list of sellers: accounts, what they may, and their shows.
import { type Queryable, sql } from '../../platform/postgres/database.ts'

export interface SellerRow {
  readonly id: string
  readonly email: string | null
  readonly approved: boolean
  readonly blocked: boolean
  readonly askedAt: string | null
  readonly reason: string | null
  readonly drafts: number
  readonly onSale: number
}

// Who waits comes first; then the newest accounts, whose ids are the greatest.
const listStatement = sql(
  'ops.list_sellers',
  `select * from (
     select k.id, coalesce(u.email, w.email) as email, coalesce(r.approved, false) as approved, coalesce(r.blocked, false) as blocked,
       r.asked_at as "askedAt", r.reason,
       (select count(*)::int from tickets.shows s where s.organiser_id = k.id and s.status = 'draft') as drafts,
       (select count(*)::int from tickets.shows s where s.organiser_id = k.id and s.status = 'on_sale') as "onSale",
       (r.asked_at is not null and not r.approved and not r.blocked) is true as waits
     from (select id from tickets.sellers union select organiser_id from tickets.shows) k
     left join tickets.sellers r on r.id = k.id
     left join identity.users u on u.id = k.id
     left join lateral (select a.email from platform.members m join identity.users a on a.id = m.user_id
       where m.organisation_id = k.id and m.role = 'owner' order by m.since, a.id limit 1) w on u.id is null
     where $1::text is null or strpos(coalesce(u.email, w.email), $1) > 0 or k.id::text = $1
       or exists (select from tickets.shows s where s.organiser_id = k.id and s.id::text = $1)
   ) l
   where $2::uuid is null or (l.waits, l.id) < ($3, $2)
   order by l.waits desc, l.id desc limit $4`,
)

/** A place in the list, as a cursor tells it. */
export interface SellerPlace {
  readonly waits: boolean
  readonly id: string
}

export function listSellers(
  db: Queryable,
  { text, after, limit }: { text: string | null; after: SellerPlace | null; limit: number },
): Promise<SellerRow[]> {
  return db.query<SellerRow>(listStatement, [text, after?.id ?? null, after?.waits ?? null, limit])
}
