// Which shop this is: its mark for life, its epoch until the next restore, its keys.
import { hkdfSync } from 'node:crypto'
import { type Queryable, sql } from '../postgres/database.ts'

export interface Installation {
  /** Stays, also through a restore. */
  readonly id: string
  /** New after each restore. */
  readonly epoch: string
  readonly secret: Buffer
  /** When the backup was taken that this database came from; null: it was never restored. */
  readonly backupTakenAt: string | null
  /** Null while a restored shop has not settled with the card processor. */
  readonly settledAt: string | null
}

const readStatement = sql(
  'platform.read_installation',
  `select id, epoch, secret, backup_taken_at as "backupTakenAt", settled_at as "settledAt" from platform.installation`,
)

export async function readInstallation(db: Queryable): Promise<Installation> {
  const [row] = await db.query<Installation>(readStatement)
  if (!row) throw new Error('the database does not say which shop it is')
  return row
}

/** A key for one use. */
export function deriveKey({ secret }: Pick<Installation, 'secret'>, label: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `holdfast ${label}`, 32))
}
