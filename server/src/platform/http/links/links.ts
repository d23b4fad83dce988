// Links in mails: rows that say what a link opens, for whom and until when. Identity makes those of
// addresses, mail those of orders; identity redeems them.
import { type Queryable, sql, type Tx } from '../../postgres/database.ts'

export type LinkPurpose =
  | 'sign_in'
  | 'reset_password'
  | 'my_tickets'
  | 'verify_email'
  | 'order'
  | 'invitation'

export interface LinkRow {
  readonly id: string
  readonly purpose: LinkPurpose
  readonly email: string
  readonly orderId: string | null
  readonly expired: boolean
  readonly used: boolean
}

/** How long a link of an address or a password works. */
export const linkMinutes = 30
/** How long an invitation works. */
export const invitationMinutes = 7 * 24 * 60
const orderLinkDays = 30

const insertLink = sql(
  'platform.insert_link',
  `insert into platform.links (id, purpose, email, expires_at)
   values ($1, $2, $3, now() + $4 * interval '1 minute')`,
)
// An order has one link for life. A show that moves to a later day takes the link's end along.
const offerOrderLink = sql(
  'platform.offer_order_link',
  `insert into platform.links (id, purpose, email, order_id, expires_at)
   values ($1, 'order', $2, $1, $3::timestamptz + $4 * interval '1 day')
   on conflict (id) do update set expires_at = excluded.expires_at
     where links.expires_at < excluded.expires_at`,
)
const lockLink = sql(
  'platform.lock_link',
  `select id, purpose, email, order_id as "orderId", expires_at <= now() as expired, used_at is not null as used
   from platform.links where id = $1 for update`,
)
const useLink = sql('platform.use_link', 'update platform.links set used_at = now() where id = $1')
const endLinks = sql(
  'platform.end_account_links',
  `update platform.links set used_at = now()
   where email = $1 and purpose in ('sign_in', 'reset_password', 'verify_email') and used_at is null`,
)

export async function storeLink(
  tx: Queryable,
  { id, purpose, email }: Pick<LinkRow, 'id' | 'purpose' | 'email'>,
  minutes = linkMinutes,
): Promise<void> {
  await tx.query(insertLink, [id, purpose, email, minutes])
}

/** The link of an order works until a month after its show. Its id is the order's. */
export async function keepOrderLink(
  db: Queryable,
  { orderId, email, startsAt }: { orderId: string; email: string; startsAt: string },
): Promise<void> {
  await db.query(offerOrderLink, [orderId, email, startsAt, orderLinkDays])
}

export async function findLinkForUpdate(tx: Tx, id: string): Promise<LinkRow | null> {
  const [row] = await tx.query<LinkRow>(lockLink, [id])
  return row ?? null
}

export async function markLinkUsed(tx: Tx, id: string): Promise<void> {
  await tx.query(useLink, [id])
}

/** A changed password ends what opens or changes the account, not the way to orders and tickets. */
export async function endAccountLinks(tx: Tx, email: string): Promise<void> {
  await tx.query(endLinks, [email])
}
