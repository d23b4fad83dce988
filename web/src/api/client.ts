// The one way to call the shop: JSON in and out, problems as ApiError, the server's clock learned
// from each answer.
import type { ErrorCode, Problem } from '@holdfast/contract'
import { learnServerTime } from './clock.ts'

/**
 * A code of the shop, or one of ours: the shop could not be reached, answered something that is no
 * JSON, or gave a cookie that the browser did not keep.
 */
export type FailureCode = ErrorCode | 'network' | 'bad_answer' | 'cookies_blocked'

export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: FailureCode
  readonly status: number
  readonly problem: Partial<Problem>

  constructor(code: FailureCode, status: number, problem: Partial<Problem> = {}) {
    super(problem.title ?? code)
    this.code = code
    this.status = status
    this.problem = problem
  }
}

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly body?: unknown
  /** Same key, same effect: kept by the caller over its own retries. */
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
}

export async function call<Answer>(path: string, options: CallOptions = {}): Promise<Answer> {
  const headers: Record<string, string> = { accept: 'application/json' }
  // Mails are written in the language of the page, which may not be the browser's.
  const language = globalThis.document?.documentElement.lang
  if (language) headers['accept-language'] = language
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  if (options.idempotencyKey !== undefined) headers['idempotency-key'] = options.idempotencyKey
  const init: RequestInit = { method: options.method ?? 'GET', headers }
  if (options.body !== undefined) init.body = JSON.stringify(options.body)
  if (options.signal) init.signal = options.signal
  const sentMs = Date.now()
  let response: Response
  try {
    response = await fetch(path, init)
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw new ApiError('network', 0)
  }
  learnServerTime(response.headers.get('date'), sentMs, Date.now())
  if (response.status === 204) return undefined as Answer
  const answer = await readJson(response)
  if (response.ok) return answer as Answer
  const problem = answer as Partial<Problem>
  throw new ApiError((problem.code as ErrorCode | undefined) ?? 'bad_answer', response.status, problem)
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    // A proxy's own page instead of an answer of the shop.
    throw new ApiError('bad_answer', response.status)
  }
}

/**
 * A fresh key for one intention of the person. Works on plain http too, where randomUUID is
 * missing.
 */
export function makeIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}

const passingStatuses = [0, 502, 503, 504]

/**
 * Failures that may pass by themselves; everything else is an answer. An order may be so new that
 * payments has not heard of it.
 */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  const isLate = error.code === 'order_unknown' && error.problem.retryAfterSeconds !== undefined
  return isLate || passingStatuses.includes(error.status)
}
