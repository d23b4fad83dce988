// Who may operate the shop: the one place that decides it. To everybody else the operator's routes
// are not there.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyRequest } from 'fastify'
import { type Database, type Queryable, sql } from '../postgres/database.ts'
import type { Clock } from '../process/clock.ts'
import { noSecurityLog, type SecurityLog } from '../process/security-log.ts'
import { ProblemError } from './problem.ts'
import { type Principal, sessionPrefix } from './sessions.ts'

/**
 * Written by the demo when it makes its organiser; readable to nobody but whoever may read the data
 * directory.
 */
export const demoAccountFile = 'demo-organiser.json'

/** What of the configuration decides it. */
export interface OperatorsConfig {
  readonly operators: readonly string[]
  readonly demo: boolean
  readonly processor: { readonly kind: string }
  readonly mail: { readonly smtpUrl: string | null }
  readonly dataDirectory: string
}

/**
 * Gives the operator who asks, or answers as if the route did not exist. Where mail reaches people,
 * an operator has proved their address.
 */
export type RequireOperator = (request: FastifyRequest) => Promise<Principal>

/** The demo's organiser operates a shop with no real money that names no operators. */
export function mayDemoOperate({ operators, demo, processor }: OperatorsConfig): boolean {
  return operators.length === 0 && demo && processor.kind === 'sandbox'
}

const findOperator = sql(
  'platform.find_operator',
  'select 1 as operates from platform.operators where user_id = $1',
)

const listStatement = sql(
  'platform.list_operators',
  'select user_id as id, since from platform.operators order by since',
)
const removeStatement = sql(
  'platform.remove_operator',
  'delete from platform.operators where user_id = $1 returning 1 as removed',
)

export function listOperators(db: Queryable): Promise<{ id: string; since: string }[]> {
  return db.query(listStatement)
}

/** False when this account is no operator. */
export async function removeOperator(db: Queryable, id: string): Promise<boolean> {
  return (await db.query(removeStatement, [id])).length === 1
}

/** How long another process may still take somebody for an operator. */
const rememberedMs = 1_000

export interface OperatorParts {
  readonly config: OperatorsConfig
  readonly db: Database
  readonly clock: Clock
  readonly security?: SecurityLog
}

export function makeRequireOperator(parts: OperatorParts): RequireOperator {
  const { config, db, clock, security = noSecurityLog } = parts
  const mayBeDemo = mayDemoOperate(config)
  let demoId: string | null = null
  const seen = new Map<string, number>()

  /** By id and not by address: an address that the demo has not taken could be anybody's. */
  const isDemoOrganiser = async (id: string): Promise<boolean> => {
    if (!mayBeDemo) return false
    demoId ??= await readDemoId(config.dataDirectory)
    return demoId === id
  }

  const isOperator = async (id: string): Promise<boolean> => {
    if ((seen.get(id) ?? 0) > clock.elapsedMs()) return true
    const found = (await db.query(findOperator, [id])).length === 1
    if (found) seen.set(id, clock.elapsedMs() + rememberedMs)
    // The right was taken away by another program; this process is the first to notice.
    else if (seen.delete(id)) security.note('operator_removed', { accountId: id })
    return found
  }

  return async ({ principal, sessionToken }) => {
    // A token for programs lasts a year and may lie anywhere: it carries no operator's rights.
    const mayBe = principal?.kind === 'user' && sessionToken?.startsWith(sessionPrefix) === true
    if (!mayBe) throw new ProblemError('route_unknown')
    const { id, email, proved = [] } = principal
    const hasProved = proved.includes(email)
    if ((hasProved && config.operators.includes(email)) || (await isDemoOrganiser(id))) return principal
    if (!(await isOperator(id))) throw new ProblemError('route_unknown')
    if (!hasProved && config.mail.smtpUrl !== null) throw new ProblemError('email_unverified')
    return principal
  }
}

export async function readDemoId(directory: string): Promise<string | null> {
  const text = await readFile(join(directory, demoAccountFile), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    },
  )
  if (text === null) return null
  const account = JSON.parse(text) as { id?: unknown }
  return typeof account.id === 'string' ? account.id : null
}
