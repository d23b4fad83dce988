// SQL of invitations. Until when one works and whether it was used is told by its link.
import { type Queryable, sql, type Tx } from '../../postgres/database.ts'
import type { Membership } from './memberships.ts'

export interface Invitation extends Membership {
  readonly id: string
  readonly email: string
  readonly invitedBy: string
}
type Open = Omit<Invitation, 'organisationId' | 'invitedBy'> & { readonly expiresAt: string }

const columns = `i.id, i.organisation_id as "organisationId", i.email, i.role, i.show_ids as "showIds",
  i.invited_by as "invitedBy"`
const insertStatement = sql(
  'platform.insert_invitation',
  `insert into platform.invitations (id, organisation_id, email, role, show_ids, invited_by)
   values ($1, $2, $3, $4, $5, $6)`,
)
const readStatement = sql(
  'platform.read_invitation',
  `select ${columns} from platform.invitations i where i.id = $1`,
)
const listStatement = sql(
  'platform.list_open_invitations',
  `select ${columns}, l.expires_at as "expiresAt"
   from platform.invitations i join platform.links l on l.id = i.id
   where i.organisation_id = $1 and l.used_at is null and l.expires_at > now()
   order by i.made_at, i.id limit 500`,
)
const withdrawStatement = sql(
  'platform.withdraw_invitation',
  `update platform.links l set used_at = now() from platform.invitations i
   where l.id = i.id and i.id = $2 and i.organisation_id = $1 and l.used_at is null returning l.id`,
)

export async function insertInvitation(tx: Tx, invitation: Invitation): Promise<void> {
  const { id, organisationId, email, role, showIds, invitedBy } = invitation
  await tx.query(insertStatement, [id, organisationId, email, role, showIds, invitedBy])
}

export async function readInvitation(tx: Queryable, id: string): Promise<Invitation | null> {
  const [row] = await tx.query<Invitation>(readStatement, [id])
  return row ?? null
}

/** Those that can still be accepted. */
export function listInvitations(db: Queryable, organisationId: string): Promise<Open[]> {
  return db.query<Open>(listStatement, [organisationId])
}

/** False when there is none, or it was accepted. */
export async function withdrawInvitation(
  db: Queryable,
  organisationId: string,
  id: string,
): Promise<boolean> {
  return (await db.query(withdrawStatement, [organisationId, id])).length === 1
}
