// SQL of identity: accounts and guests. Plain functions; never sees a password.
import { type Queryable, sql, type Tx } from '../../platform/postgres/database.ts'
import type { Account } from '../domain/accounts.ts'

const accountColumns = `id, email, password_hash as "passwordHash", sign_up_key as "signUpKey",
  proved_at as "provedAt"`
const findAccountStatement = sql(
  'identity.find_account',
  `select ${accountColumns} from identity.users where email = $1`,
)
const findAccountForUpdateStatement = sql(
  'identity.find_account_for_update',
  `select ${accountColumns} from identity.users where email = $1 for update`,
)
const insertAccountStatement = sql(
  'identity.insert_account',
  `insert into identity.users (id, email, password_hash, sign_up_key) values ($1, $2, $3, $4)
   on conflict do nothing
   returning id`,
)
// The row that would hold two requests with one key apart is not there yet. Taken before any row.
const lockKeyStatement = sql(
  'identity.lock_sign_up_key',
  `select pg_advisory_xact_lock(hashtext('identity.sign_up_key'), hashtext($1))`,
)
const findOtherUseStatement = sql(
  'identity.find_other_use_of_key',
  `select 1 as used from identity.users
   where sign_up_key = $1 and email <> $2 and created_at > now() - interval '24 hours' limit 1`,
)
const saveGuestStatement = sql(
  'identity.save_guest',
  `insert into identity.guests (id, email) values ($1, $2)
   on conflict (id) do update set email = excluded.email`,
)

/** The account with this (normalised) address, or null. */
export async function findAccount(db: Queryable, email: string): Promise<Account | null> {
  const [account] = await db.query<Account>(findAccountStatement, [email])
  return account ?? null
}

/** The same, held still until the commit. */
export async function findAccountForUpdate(tx: Tx, email: string): Promise<Account | null> {
  const [account] = await tx.query<Account>(findAccountForUpdateStatement, [email])
  return account ?? null
}

const readEmailsStatement = sql(
  'identity.read_emails',
  'select id, email from identity.users where id = any($1)',
)

/** The addresses of these accounts, by id. */
export async function readEmails(db: Queryable, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.query<{ id: string; email: string }>(readEmailsStatement, [ids])
  return new Map(rows.map(({ id, email }) => [id, email]))
}

const isAccountStatement = sql('identity.is_account', 'select 1 as is from identity.users where id = $1')
const setPasswordStatement = sql(
  'identity.set_password',
  'update identity.users set password_hash = $2 where id = $1',
)
const markProvedStatement = sql(
  'identity.mark_proved',
  'update identity.users set proved_at = coalesce(proved_at, now()) where id = $1',
)

/** Whether an account has this id: a guest who became one. */
export async function isAccount(tx: Tx, id: string): Promise<boolean> {
  return (await tx.query(isAccountStatement, [id])).length === 1
}

/** Null: nothing fits any more. */
export async function setPassword(tx: Tx, id: string, passwordHash: string | null): Promise<void> {
  await tx.query(setPasswordStatement, [id, passwordHash])
}

/** Its address is proved from now on. */
export async function markProved(tx: Tx, id: string): Promise<void> {
  await tx.query(markProvedStatement, [id])
}

const lockAccountStatement = sql(
  'identity.lock_account',
  `select password_hash as "passwordHash" from identity.users where id = $1 for share`,
)
const replacePasswordStatement = sql(
  'identity.replace_password',
  `update identity.users set password_hash = $3 where id = $1 and password_hash = $2 returning id`,
)

/**
 * Holds the account still until the commit, against a change of its password; its hash, or null
 * when there is none.
 */
export async function lockAccount(tx: Tx, id: string): Promise<string | null> {
  const [row] = await tx.query<{ passwordHash: string | null }>(lockAccountStatement, [id])
  return row?.passwordHash ?? null
}

/** Compare and set: false when the password is no longer the one that was checked. */
export async function replacePassword(
  tx: Tx,
  id: string,
  hashes: { from: string; to: string },
): Promise<boolean> {
  const rows = await tx.query(replacePasswordStatement, [id, hashes.from, hashes.to])
  return rows.length === 1
}

/**
 * Whether a sign-up with this key made an account for another address, as long as keys are promised
 * to count. Holds the key.
 */
export async function isKeyOfAnother(tx: Tx, key: string, email: string): Promise<boolean> {
  await tx.query(lockKeyStatement, [key])
  return (await tx.query(findOtherUseStatement, [key, email])).length > 0
}

/** Stores a new account; false when the address was taken meanwhile. */
export async function insertAccount(
  tx: Tx,
  { id, email, passwordHash, signUpKey }: Omit<Account, 'provedAt'>,
): Promise<boolean> {
  const rows = await tx.query(insertAccountStatement, [id, email, passwordHash, signUpKey])
  return rows.length === 1
}

/** A new guest, or the new address of one. */
export async function saveGuest(tx: Tx, { id, email }: { id: string; email: string }): Promise<void> {
  await tx.query(saveGuestStatement, [id, email])
}
