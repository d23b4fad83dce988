// The card sandbox's own controls, for operators: what faults it was told to make, and telling it.
// Never spoken to beside a real processor.
import type { OpsFaultBody, OpsSandbox } from '@holdfast/contract'
import type { ProcessorConfig } from '../config/config.ts'
import { ProblemError } from '../platform/http/problem.ts'

export interface SandboxControls {
  look(): Promise<OpsSandbox>
  change(body: OpsFaultBody): Promise<OpsSandbox>
}

const timeoutMs = 3_000

interface Rule {
  readonly id: string
  readonly target: string
  readonly kind: string
  readonly when: string
  readonly delay_ms: number
  readonly match: string
  readonly probability: number
  readonly times_left: number | 'always'
  readonly hits: number
}

export function makeSandboxControls(processor: ProcessorConfig): SandboxControls {
  if (processor.kind === 'stripe') {
    return {
      look: () => Promise.resolve({ on: false }),
      change: () => Promise.reject(new ProblemError('sandbox_off')),
    }
  }
  const { host, port, origin } = processor
  const inside = `http://${host}:${port}/_sandbox`

  const call = (path: string, method: string, body?: object) =>
    fetch(`${inside}${path}`, {
      method,
      signal: AbortSignal.timeout(timeoutMs),
      ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
    })

  const look = async (): Promise<OpsSandbox> => {
    try {
      const clock = (await (await call('/clock', 'GET')).json()) as { now: number; offset_seconds: number }
      const { data } = (await (await call('/faults', 'GET')).json()) as { data: Rule[] }
      return {
        on: true,
        origin,
        reachable: true,
        now: new Date(clock.now * 1_000).toISOString(),
        clockOffsetSeconds: clock.offset_seconds,
        faults: data.map(({ delay_ms: delayMs, times_left, ...rule }) => {
          const { id, target, kind, when, match, probability, hits } = rule
          return {
            id,
            target,
            kind,
            when,
            delayMs,
            match,
            probability,
            timesLeft: times_left === 'always' ? null : times_left,
            hits,
          }
        }),
      }
    } catch {
      // It is away, or answers nonsense: shown as such, the rest of the overview stands.
      return { on: true, origin, reachable: false }
    }
  }

  return {
    look,
    async change(body) {
      const reply = await send(body).catch((error: Error) => {
        throw new ProblemError('unavailable', {
          detail: `the sandbox is not responding: ${error.name}`,
          retryAfterSeconds: 2,
        })
      })
      if (!reply.ok) throw new ProblemError('invalid_request', { detail: await wordsOf(reply) })
      return look()
    },
  }

  function send(body: OpsFaultBody): Promise<Response> {
    if ('clear' in body)
      return call(body.clear === 'all' ? '/faults' : `/faults/${encodeURIComponent(body.clear)}`, 'DELETE')
    const { delayMs, ...rule } = body
    return call('/faults', 'POST', { ...rule, ...(delayMs === undefined ? {} : { delay_ms: delayMs }) })
  }
}

async function wordsOf(reply: Response): Promise<string> {
  const body = (await reply.json().catch(() => null)) as { error?: { message?: unknown } } | null
  const message = body?.error?.message
  return typeof message === 'string' ? message.slice(0, 300) : `the sandbox answered ${reply.status}`
}
