// Answers that say no: RFC 9457 problem details from the one table of codes. The only place that
// writes them.
import { type ErrorCode, errorDefinitions, type Price, type Problem } from '@holdfast/contract'
import type { FastifyReply } from 'fastify'

export interface ProblemExtras {
  readonly detail?: string | undefined
  readonly declineCode?: string | undefined
  readonly retryAfterSeconds?: number | undefined
  /** Of a ticket that was used already: when and where. */
  readonly usedAt?: string | undefined
  readonly usedDoor?: string | undefined
  /** The show that a ticket is for. */
  readonly show?: Problem['show']
  /** What the order would cost now. */
  readonly price?: Price | undefined
  /** When the sale begins. */
  readonly opensAt?: string | undefined
  /** How many tickets it must and may be. */
  readonly least?: number | undefined
  readonly most?: number | undefined
  /** JSON pointer of the field that is wrong. */
  readonly field?: string | undefined
  /** The oldest cursor of a feed. */
  readonly oldest?: string | undefined
}

export function problemOf(code: ErrorCode, extras: ProblemExtras = {}): Problem {
  const { detail, declineCode, retryAfterSeconds, usedAt, usedDoor, show, price, field } = extras
  const { opensAt, least, most, oldest } = extras
  const { status, title } = errorDefinitions[code]
  return {
    type: `urn:holdfast:problem:${code}`,
    title,
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
    ...(declineCode === undefined ? {} : { declineCode }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(usedAt === undefined ? {} : { usedAt }),
    ...(usedDoor === undefined ? {} : { usedDoor }),
    ...(show === undefined ? {} : { show }),
    ...(price === undefined ? {} : { price }),
    ...(opensAt === undefined ? {} : { opensAt }),
    ...(least === undefined ? {} : { least }),
    ...(most === undefined ? {} : { most }),
    ...(field === undefined ? {} : { field }),
    ...(oldest === undefined ? {} : { oldest }),
  }
}

/** Answers with a problem. Routes end with `return sendProblem(reply, 'sold_out')`. */
export function sendProblem(reply: FastifyReply, code: ErrorCode, extras: ProblemExtras = {}): FastifyReply {
  const problem = problemOf(code, extras)
  if (extras.retryAfterSeconds !== undefined) reply.header('retry-after', String(extras.retryAfterSeconds))
  return reply
    .code(problem.status)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem))
}

/** A problem thrown from below a route, where there is no reply at hand. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly code: ErrorCode
  readonly extras: ProblemExtras

  constructor(code: ErrorCode, extras: ProblemExtras = {}) {
    super(extras.detail ?? errorDefinitions[code].title)
    this.code = code
    this.extras = extras
  }
}
