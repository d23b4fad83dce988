// How a buyer's program calls the shop: one of the processes by chance, three results, and an
// unknown one is asked again with the same key until it is certain. Never takes silence for a no.
import type { PaymentView } from '@holdfast/contract'
import type { Journal, Result } from './journal.ts'
import type { Random } from './random.ts'

export interface Answer<Body> {
  readonly status: number
  readonly body: Body
  readonly code: string
  readonly startedMs: number
  readonly endedMs: number
}

export interface CallOptions {
  /** What the journal calls it. */
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly key?: string
}

/** The certain end of an operation, with whether it was unknown on the way. */
export interface Settled<Body> extends Answer<Body> {
  readonly wasUnknown: boolean
}

export interface Caller {
  /** Asks once. Null when there was no certain answer. */
  ask<Body>(options: CallOptions): Promise<Answer<Body> | null>
  /** Asks until the answer is certain. Null only when the run is given up. */
  settle<Body>(options: CallOptions): Promise<Settled<Body> | null>
  readonly cookie: string | undefined
}

export interface CallerOptions {
  readonly journal: Journal
  readonly random: Random
  readonly addressesFor: (path: string) => readonly string[]
  /** Aborted when waiting for certainty has no sense any more. */
  readonly givenUp: AbortSignal
}

const timeoutMs = 5_000
const pauseMs = [50, 100, 200, 400, 800, 1_600] as const

/** Without an answer, but certainly without an effect: nobody was there to take it. */
const neverArrived = new Set(['ECONNREFUSED'])

/** Each waits for seconds. */
const triesToPay = 5

/**
 * Pays an order. While payments has not heard of it, it says that there is none, and when to ask
 * again: the buyer does.
 */
export async function settlePayment(
  caller: Caller,
  body: object,
  key: string,
): Promise<Settled<PaymentView> | null> {
  const call = { operation: 'pay', method: 'POST', path: '/api/payments', body, key }
  let paid = await caller.settle<PaymentView>(call)
  for (let tries = 1; paid?.code === 'order_unknown' && tries < triesToPay; tries += 1)
    paid = await caller.settle<PaymentView>(call)
  return paid
}

export function makeCaller({ journal, random, addressesFor, givenUp }: CallerOptions): Caller {
  let cookie: string | undefined
  let operations = 0

  const send = async ({ method, path, body, key }: CallOptions, target: string) => {
    const response = await fetch(`${target}${path}`, {
      method,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        ...(cookie === undefined ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    for (const line of response.headers.getSetCookie()) cookie = line.split(';')[0]
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) }
  }

  const askAt = async <Body>(
    target: string,
    options: CallOptions,
  ): Promise<Answer<Body> | null | 'nobody there'> => {
    const changes = options.method !== 'GET'
    const startedMs = performance.now()
    const record = (result: Result, code: string) =>
      journal.record({
        operation: options.operation,
        target,
        startedMs,
        endedMs: performance.now(),
        result,
        code,
      })
    try {
      const { status, body } = await send(options, target)
      // An order has a code of its own, to be read out.
      const code = status < 400 ? '' : ((body as { code?: string } | null)?.code ?? '')
      const uncertain = status >= 500 || status === 429 || code === 'idempotency_key_in_use'
      record(status < 400 ? 'ok' : uncertain && changes ? 'unknown' : 'failed', code)
      if (status === 500) journal.breach(`${options.operation} answered 500 at ${target}`)
      return uncertain ? null : { status, body: body as Body, code, startedMs, endedMs: performance.now() }
    } catch (error) {
      const kind = kindOf(error)
      record(changes && !neverArrived.has(kind) ? 'unknown' : 'failed', kind)
      return neverArrived.has(kind) ? 'nobody there' : null
    }
  }

  /** As behind a balancer: where nobody takes the call, the next one gets it at once. */
  const ask = async <Body>(options: CallOptions): Promise<Answer<Body> | null> => {
    for (const target of random.shuffled(addressesFor(options.path))) {
      const answer = await askAt<Body>(target, options)
      if (answer !== 'nobody there') return answer
    }
    return null
  }

  const settle = async <Body>(options: CallOptions): Promise<Settled<Body> | null> => {
    const first = await ask<Body>(options)
    if (first) return { ...first, wasUnknown: false }
    operations += 1
    const name = `${options.operation} ${options.path} ${options.key ?? operations}`
    journal.open(name)
    for (let attempt = 0; !givenUp.aborted; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs[Math.min(attempt, pauseMs.length - 1)]))
      const answer = await ask<Body>(options)
      if (!answer) continue
      journal.close(name)
      return { ...answer, wasUnknown: true }
    }
    return null
  }
  return {
    ask,
    settle,
    get cookie() {
      return cookie
    },
  }
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'error'
  if (error.name === 'TimeoutError') return 'timeout'
  const { cause } = error
  const causes = cause instanceof AggregateError ? cause.errors : [cause]
  const codes = causes.map((each: unknown) => (each as { code?: string } | undefined)?.code ?? '')
  return codes.find(Boolean) ?? error.name
}
