// SQL of identity for people who run the shop: which accounts there are.
import { type Queryable, sql } from '../../platform/postgres/database.ts'

export interface ListedAccount {
  readonly id: string
  readonly email: string
  readonly createdAt: string
}

const listStatement = sql(
  'identity.list_accounts',
  `select id, email, created_at as "createdAt" from identity.users
   where $1 = '' or position($1 in email) > 0 order by email limit $2`,
)

/** Accounts whose address has this text in it, by address. */
export function listAccounts(db: Queryable, text: string, limit: number): Promise<ListedAccount[]> {
  return db.query<ListedAccount>(listStatement, [text, limit])
}
