// Which secrets the shop derives its keys from, and that they stay those that it was made with.
import { randomBytes } from 'node:crypto'
import { type Queryable, sql } from '../postgres/database.ts'
import { readInstallation } from '../process/installation.ts'
import { StartError } from '../process/start-error.ts'
import { checkValueOf } from './tickets.ts'

export interface SecretSource {
  /** `SECRET_KEY`: the first makes, all are known. */
  readonly given: readonly string[]
  /** Whether the secret in the database may make: the database is the shop's own, or somebody tries it. */
  readonly mayUseOwn: boolean
}

export type Secrets = readonly [Buffer, ...Buffer[]]

const noteCheck = sql(
  'platform.note_secret_check',
  `insert into platform.secret_checks (check_value) values ($1) on conflict do nothing`,
)
const readChecks = sql(
  'platform.read_secret_checks',
  `select check_value as "check" from platform.secret_checks order by since, check_value`,
)

/** The shop's secrets, the one that makes first; or why it may not go on with what is given. */
export async function findSecrets(
  db: Queryable,
  { given, mayUseOwn }: SecretSource,
): Promise<{ readonly secrets: Secrets } | { readonly fault: string }> {
  // Always known: a shop that began without a secret key goes on with one, and shows what it sold.
  const { secret: own } = await readInstallation(db)
  const [first, ...others] = given.map((key) => Buffer.from(key))
  if (!first && !mayUseOwn)
    return {
      fault:
        'SECRET_KEY is needed: this shop is not somebody’s own machine, and its database is not its own. ' +
        `Here is a fresh one, to be kept apart from backups: SECRET_KEY=${randomBytes(32).toString('base64url')}`,
    }
  const secrets: Secrets = first ? [first, ...others, own] : [own]
  const checks = new Set(secrets.map(checkValueOf))
  const made = await db.query<{ check: string }>(readChecks)
  const missing = made.flatMap(({ check }) => (checks.has(check) ? [] : [check]))
  if (missing.length === 0) return { secrets }
  const here = given.map((key) => checkValueOf(Buffer.from(key))).join(', ') || 'none'
  return {
    fault:
      `SECRET_KEY lacks the key with the check value ${missing.join(', ')}, which made tickets of this shop: ` +
      `without it their codes cannot be shown. Given are: ${here}. ` +
      'Name several keys with commas, the newest first.',
  }
}

/**
 * Of all, those that links are made of. A copy of the database holds the shop's own: it opens no link
 * where there is another.
 */
export const secretsOfLinks = ([first, ...others]: Secrets): Secrets => [first, ...others.slice(0, -1)]

/** Takes the secrets for this run, and notes which of them makes. */
export async function openSecrets(db: Queryable, source: SecretSource): Promise<Secrets> {
  const found = await findSecrets(db, source)
  if ('fault' in found) throw new StartError(found.fault)
  await db.query(noteCheck, [checkValueOf(found.secrets[0])])
  return found.secrets
}
