// SQL of organisations and their members. Identity decides what is written.
import type { Role } from '@holdfast/contract'
import { type Queryable, sql, type Tx } from '../../postgres/database.ts'
import type { Membership } from './memberships.ts'

export interface Settings {
  readonly name: string | null
  readonly address: string | null
  readonly vatId: string | null
  readonly slug: string | null
  readonly colour: string | null
  readonly imprintUrl: string | null
  readonly privacyUrl: string | null
  readonly replyTo: string | null
}
export type Organisation = Settings & { readonly id: string }

export interface Member {
  readonly userId: string
  readonly role: Role
  readonly showIds: readonly string[] | null
  readonly since: string
}

const readStatement = sql(
  'platform.read_organisations',
  `select id, name, address, vat_id as "vatId", slug, colour, imprint_url as "imprintUrl",
     privacy_url as "privacyUrl", reply_to as "replyTo"
   from platform.organisations where id = any($1::uuid[]) order by made_at, id`,
)
const insertStatement = sql(
  'platform.insert_organisation',
  'insert into platform.organisations (id, name) values ($1, $2) on conflict do nothing returning id',
)
const updateStatement = sql(
  'platform.update_organisation',
  `update platform.organisations set name = $2, address = $3, vat_id = $4, slug = $5, colour = $6,
     imprint_url = $7, privacy_url = $8, reply_to = $9
   where id = $1`,
)
const lockStatement = sql(
  'platform.lock_organisation',
  'select id from platform.organisations where id = $1 for update',
)
// Two organisations that want one short name wait for each other.
const lockSlug = sql(
  'platform.lock_slug',
  `select pg_advisory_xact_lock(hashtext('platform.slug'), hashtext($1))`,
)
const findSlug = sql('platform.find_slug', 'select id from platform.organisations where slug = $1')
const listMembersStatement = sql(
  'platform.list_members',
  `select user_id as "userId", role, show_ids as "showIds", since from platform.members
   where organisation_id = $1 order by since, user_id`,
)
const addMemberStatement = sql(
  'platform.add_member',
  `insert into platform.members (organisation_id, user_id, role, show_ids) values ($1, $2, $3, $4)
   on conflict do nothing`,
)
const changeMemberStatement = sql(
  'platform.change_member',
  'update platform.members set role = $3, show_ids = $4 where organisation_id = $1 and user_id = $2',
)
const removeMemberStatement = sql(
  'platform.remove_member',
  'delete from platform.members where organisation_id = $1 and user_id = $2',
)
const countOwned = sql(
  'platform.count_owned_organisations',
  `select count(*)::int as owned from platform.members where user_id = $1 and role = 'owner'`,
)

export function readOrganisations(db: Queryable, ids: readonly string[]): Promise<Organisation[]> {
  return db.query<Organisation>(readStatement, [ids])
}

/** False when there is one with this id. */
export async function insertOrganisation(tx: Tx, id: string, name: string): Promise<boolean> {
  return (await tx.query(insertStatement, [id, name])).length === 1
}

export async function updateOrganisation(tx: Tx, organisation: Organisation): Promise<void> {
  const { id, name, address, vatId, slug, colour, imprintUrl, privacyUrl, replyTo } = organisation
  await tx.query(updateStatement, [id, name, address, vatId, slug, colour, imprintUrl, privacyUrl, replyTo])
}

/** Whether another organisation has this short name. */
export async function isSlugTaken(tx: Tx, slug: string, id: string): Promise<boolean> {
  await tx.query(lockSlug, [slug])
  return (await tx.query<{ id: string }>(findSlug, [slug])).some((row) => row.id !== id)
}

/** Holds an organisation still until the commit: its owners are counted and changed one after the other. */
export async function lockOrganisation(tx: Tx, id: string): Promise<boolean> {
  return (await tx.query(lockStatement, [id])).length === 1
}

export function listMembers(db: Queryable, organisationId: string): Promise<Member[]> {
  return db.query<Member>(listMembersStatement, [organisationId])
}

/** Who is a member already stays what they are. */
export async function addMember(tx: Tx, userId: string, member: Membership): Promise<void> {
  await tx.query(addMemberStatement, [member.organisationId, userId, member.role, member.showIds])
}

export async function changeMember(tx: Tx, userId: string, member: Membership): Promise<void> {
  await tx.query(changeMemberStatement, [member.organisationId, userId, member.role, member.showIds])
}

export async function removeMember(tx: Tx, organisationId: string, userId: string): Promise<void> {
  await tx.query(removeMemberStatement, [organisationId, userId])
}

export async function countOrganisationsOf(tx: Tx, userId: string): Promise<number> {
  const [row] = await tx.query<{ owned: number }>(countOwned, [userId])
  return row?.owned ?? 0
}
