// Limits on attempts, kept in Postgres so that all processes count together. For accounts and
// money, not for load.
import { createHash } from 'node:crypto'
import type { AttemptLimit } from '@holdfast/contract'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import type { Database } from '../postgres/database.ts'
import { noSecurityLog, type SecurityLog } from '../process/security-log.ts'
import { ProblemError } from './problem.ts'

export type Limit = AttemptLimit

export interface Limits {
  /**
   * Counts one attempt of `key`; throws `too_many_requests` with the time to wait when there were
   * too many.
   */
  consume(limit: Limit, key: string): Promise<void>
  /** Throws `too_many_requests` when nothing is left of the limit; counts nothing. */
  check(limit: Limit, key: string): Promise<void>
  /** Whether nothing is left of the limit; counts and refuses nothing. */
  isUsedUp(limit: Limit, key: string): Promise<boolean>
  /** Counts what has happened; refuses nothing. Answers how much it is by now. */
  count(limit: Limit, key: string): Promise<number>
  /** Forgets the attempts of `key`, after a success. */
  reset(limit: Limit, key: string): Promise<void>
  /** Takes one counted attempt back: it succeeded, and only failures are to count. */
  giveBack(limit: Limit, key: string): Promise<void>
}

export const noLimits: Limits = {
  consume: async () => undefined,
  check: async () => undefined,
  isUsedUp: async () => false,
  count: async () => 0,
  reset: async () => undefined,
  giveBack: async () => undefined,
}

/** Of one length, as the table needs it, and telling nobody's e-mail or network address. */
const hashOf = (key: string): string => createHash('sha256').update(key).digest('base64url')

export function makeLimits(db: Database, security: SecurityLog = noSecurityLog): Limits {
  // The library speaks to a driver's client; ours is lent by name and text as it expects.
  const storeClient = {
    async query({ name, text, values }: { name?: string; text: string; values?: unknown[] }) {
      const rows = await db.query({ name: name ?? '', text }, values)
      return { rows, rowCount: rows.length }
    },
  }
  const limiters = new Map<string, RateLimiterPostgres>()
  const limiterOf = ({ name, attempts, perSeconds }: Limit): RateLimiterPostgres => {
    let limiter = limiters.get(name)
    if (!limiter) {
      limiter = new RateLimiterPostgres({
        storeClient,
        storeType: 'client',
        schemaName: 'platform',
        tableName: 'rate_limits',
        tableCreated: true,
        clearExpiredByTimeout: false,
        keyPrefix: name,
        points: attempts,
        duration: perSeconds,
      })
      limiters.set(name, limiter)
    }
    return limiter
  }
  /** How the limit stands when nothing is left of it; else null. */
  const usedUp = async (limit: Limit, key: string): Promise<RateLimiterRes | null> => {
    const state = await limiterOf(limit).get(hashOf(key))
    return state !== null && state.consumedPoints >= limit.attempts ? state : null
  }
  return {
    async consume(limit, key) {
      try {
        await limiterOf(limit).consume(hashOf(key))
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error
        // Once for each key and span: what comes after says nothing new.
        if (error.consumedPoints === limit.attempts + 1) security.note('limit_hit', { limit: limit.name })
        throw new ProblemError('too_many_requests', {
          retryAfterSeconds: Math.ceil(error.msBeforeNext / 1000),
        })
      }
    },
    async check(limit, key) {
      const state = await usedUp(limit, key)
      if (state)
        throw new ProblemError('too_many_requests', {
          retryAfterSeconds: Math.ceil(state.msBeforeNext / 1000),
        })
    },
    async isUsedUp(limit, key) {
      return (await usedUp(limit, key)) !== null
    },
    async count(limit, key) {
      return (await limiterOf(limit).penalty(hashOf(key), 1)).consumedPoints
    },
    async reset(limit, key) {
      await limiterOf(limit).delete(hashOf(key))
    },
    async giveBack(limit, key) {
      await limiterOf(limit).reward(hashOf(key), 1)
    },
  }
}
