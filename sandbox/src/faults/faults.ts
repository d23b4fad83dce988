// Faults on demand: which ones are wanted, by whom, how often they have struck. It decides;
// pipeline and dispatcher carry out. A fault strikes an idempotency key once, so that a retry of
// the same call can find out what really happened.
import { newId } from '../core/ids.ts'
import { FAULT_KINDS, type FaultKind, WEBHOOK_FAULTS, type WebhookFault } from './kinds.ts'

export interface Fault {
  kind: FaultKind
  when: 'before' | 'after'
  delayMs: number
}
export interface FaultRule {
  id: string
  target: 'api' | 'webhook'
  kind: FaultKind | WebhookFault
  when: 'before' | 'after'
  delayMs: number
  /** `payment_intents.capture`, `refunds.*`, or for webhooks an event type; `*` for all. */
  match: string
  metadata: Record<string, string>
  probability: number
  timesLeft: number | null
  hits: number
}
export type NewRule = Omit<FaultRule, 'id' | 'hits'>

export class BadFault extends Error {}

function isApiKind(kind: string): kind is FaultKind {
  return (FAULT_KINDS as readonly string[]).includes(kind)
}

export function isWebhookKind(kind: string): kind is WebhookFault {
  return (WEBHOOK_FAULTS as readonly string[]).includes(kind)
}

/** Reads `kind[:before|after][:ms]`. */
export function parseFault(text: string): Fault {
  const [kind = '', when = 'before', delay = '1000'] = text.trim().split(':')
  if (!isApiKind(kind)) throw new BadFault(`unknown fault ${kind}; known: ${FAULT_KINDS.join(', ')}`)
  if (when !== 'before' && when !== 'after')
    throw new BadFault(`a fault strikes before or after, not ${when}`)
  if (!/^\d{1,7}$/.test(delay)) throw new BadFault(`not a delay in milliseconds: ${delay}`)
  return { kind, when, delayMs: Number(delay) }
}

const ALIASES: Record<string, string> = { refund: 'refunds.create' }

function matches(pattern: string, name: string): boolean {
  const full = ALIASES[pattern] ?? pattern
  if (full === '*' || full === name) return true
  return full.endsWith('.*') ? name.startsWith(full.slice(0, -1)) : name.endsWith(`.${full}`)
}

/**
 * The fault that a header or metadata text asks for in this operation: `reset:after` or
 * `capture=reset:after;confirm=hang`.
 */
export function wantedIn(text: string, op: string): Fault | undefined {
  for (const part of text.split(';')) {
    if (part.trim() === '') continue
    const equals = part.indexOf('=')
    if (equals < 0 || matches(part.slice(0, equals).trim(), op)) return parseFault(part.slice(equals + 1))
  }
  return undefined
}

function use(rule: FaultRule): boolean {
  if (rule.timesLeft === 0 || Math.random() >= rule.probability) return false
  if (rule.timesLeft !== null) rule.timesLeft--
  rule.hits++
  return true
}

const STRUCK_LIMIT = 20_000

export type Faults = ReturnType<typeof makeFaults>

export function makeFaults() {
  const rules = new Map<string, FaultRule>()
  const struck = new Set<string>()
  const counts = new Map<string, number>()

  function count(name: string): void {
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }

  return {
    add(rule: NewRule): FaultRule {
      const added = { ...rule, id: newId('fault'), hits: 0 }
      rules.set(added.id, added)
      return added
    },
    remove: (id: string) => rules.delete(id),
    clear() {
      rules.clear()
      struck.clear()
    },
    list: () => [...rules.values()],
    counts: () => Object.fromEntries(counts),
    /** True the first time for this key; a call without a key is struck each time. */
    strikes(fault: Fault, key: string | undefined): boolean {
      if (key !== undefined) {
        if (struck.has(key)) return false
        if (struck.size >= STRUCK_LIMIT) struck.clear()
        struck.add(key)
      }
      count(`${fault.kind}:${fault.when}`)
      return true
    },
    ruleFor(op: string, metadata: Record<string, unknown>): Fault | undefined {
      for (const rule of rules.values()) {
        if (rule.target !== 'api' || !isApiKind(rule.kind) || !matches(rule.match, op)) continue
        if (!Object.entries(rule.metadata).every(([key, value]) => metadata[key] === value)) continue
        if (use(rule)) return { kind: rule.kind, when: rule.when, delayMs: rule.delayMs }
      }
      return undefined
    },
    hasRules: () => rules.size > 0,
    webhookFault(type: string, object: string): { kind: WebhookFault; delayMs: number } | undefined {
      const asked = object.includes('"sandbox_webhook_fault"')
        ? /"sandbox_webhook_fault":"([a-z_]+)(?::(\d+))?"/.exec(object)
        : null
      const kind = asked?.[1] ?? ''
      if (isWebhookKind(kind)) {
        count(`webhook:${kind}`)
        return { kind, delayMs: Number(asked?.[2] ?? 1000) }
      }
      for (const rule of rules.values()) {
        if (rule.target !== 'webhook' || !isWebhookKind(rule.kind) || !matches(rule.match, type)) continue
        if (!use(rule)) continue
        count(`webhook:${rule.kind}`)
        return { kind: rule.kind, delayMs: rule.delayMs }
      }
      return undefined
    },
  }
}
