// A card processor that does nothing by chance: for each question, every answer that it may give
// and what each changes. Repeats the stored answer of a key. Pure.
import type { IntentStatus } from '../../src/payments/domain/payment.ts'
import type { RefundSeen } from '../../src/payments/domain/refund.ts'
import type { AnyAnswer, Question } from '../../src/payments/processor/plan.ts'
import type { Intent as Shown } from '../../src/payments/processor/port.ts'
import type { Bank, Card, Scope } from './scopes.ts'
import type { AtProcessor, Intent } from './world.ts'

export interface Reaction {
  readonly after: AtProcessor
  readonly answer: AnyAnswer
  /** What the processor did, in a few words. */
  readonly did: string
}

const ok = (value: unknown): AnyAnswer => ({ kind: 'ok', value }) as AnyAnswer
const no = (code: string, intent: Intent | null, card = false): AnyAnswer => ({
  kind: 'refused',
  code,
  card,
  intent: intent && show(intent),
})
export const unknown: AnyAnswer = { kind: 'unknown', reason: 'no answer' }

function show(intent: Intent): Shown {
  const { intentId, status, amountMinor, receivedMinor } = intent
  const declineCode = status === 'requires_payment_method' ? 'generic_decline' : null
  return {
    intentId,
    status,
    amountMinor,
    receivedMinor,
    currency: 'EUR',
    chargeId: null,
    declineCode,
    clientSecret: null,
    nextAction: null,
  }
}

function showRefund(refund: Intent['refunds'][number]): RefundSeen {
  const { id, refundId, amountMinor, status } = refund
  return {
    processorId: id,
    refundId,
    amountMinor,
    status,
    failureCode: status === 'failed' ? 'expired_card' : null,
  }
}

/** Everything that may come of a question that reaches the processor. */
export function reactionsTo(question: Question, before: AtProcessor, scope: Scope): Reaction[] {
  const key = keyOf(question)
  const stored = key === null ? undefined : before.stored.find((each) => each.key === key)
  if (stored) {
    const answer: AnyAnswer =
      stored.answer.kind === 'unknown' ? { ...stored.answer, repeated: true } : stored.answer
    return [{ after: before, answer, did: 'repeats its first answer' }]
  }
  const reactions = react(question, before, scope)
  if (key === null) return reactions
  const remember = (reaction: Reaction): Reaction => {
    const { intent, late } = reaction.after
    const all = [...before.stored, { key, answer: reaction.answer }].toSorted((one, other) =>
      one.key < other.key ? -1 : 1,
    )
    return { ...reaction, after: { intent, stored: all, late } }
  }
  const failure = { after: before, answer: unknown, did: 'fails, and will say so again for this key' }
  return [...reactions, ...(scope.faults.includes('stored') ? [failure] : [])].map(remember)
}

/**
 * Keys that are used again, and so have to be remembered. A try after a failed one has a new key.
 */
function keyOf(question: Question): string | null {
  if (question.operation === 'create' || question.operation === 'refund') return question.request.key
  if (question.operation === 'capture' || question.operation === 'void')
    return question.key.endsWith(':1') ? null : question.key
  return null
}

function react(question: Question, before: AtProcessor, scope: Scope): Reaction[] {
  const { intent } = before
  const same = (answer: AnyAnswer, did: string): Reaction[] => [{ after: before, answer, did }]
  const become = (changes: Partial<Intent>) => ({ ...(intent as Intent), ...changes })
  const to = (after: Intent, did: string, answer: AnyAnswer = ok(show(after))): Reaction => ({
    after: { ...before, intent: after },
    answer,
    did,
  })
  switch (question.operation) {
    case 'create':
      return scope.cards.map((card) => create(question.request, before, card))
    case 'find':
      return same(ok(intent && show(intent)), intent ? 'lists it' : 'lists nothing')
    case 'retrieve':
      if (!intent) throw new Error('nobody can know an intent that is not there')
      return same(ok({ intent: show(intent), disputed: intent.disputed }), `shows it: ${intent.status}`)
    case 'list_refunds':
      return same(ok((intent?.refunds ?? []).map(showRefund)), 'lists the refunds')
    case 'capture': {
      if (intent?.status !== 'requires_capture')
        return same(no('payment_intent_unexpected_state', intent), 'refuses')
      const taken = become({ status: 'succeeded', receivedMinor: intent.amountMinor })
      const dead = become({ status: 'canceled' })
      return [
        to(taken, 'takes the money'),
        ...(scope.banks.includes('declines_capture')
          ? [to(dead, 'refuses for good: the bank takes its word back', no('do_not_honor', dead, true))]
          : []),
        ...(scope.banks.includes('capture_not_now')
          ? [to(intent, 'refuses, and keeps the money set aside', no('processing_error', intent, true))]
          : []),
      ]
    }
    case 'void':
      if (
        !intent ||
        intent.status === 'succeeded' ||
        intent.status === 'canceled' ||
        intent.status === 'processing'
      )
        return same(no('payment_intent_unexpected_state', intent), 'refuses')
      return [to(become({ status: 'canceled' }), 'lets go of the money')]
    case 'refund':
      return refund(question.request, before, scope)
  }
}

const statusOf: Record<Exclude<Card, 'refused'>, IntentStatus> = {
  good: 'requires_capture',
  declined: 'requires_payment_method',
  challenge: 'requires_action',
  challenge_then_taken: 'requires_action',
  taken_at_once: 'succeeded',
  processing: 'processing',
}
const cardWords: Record<Card, string> = {
  good: 'sets the money aside',
  declined: 'says that the card is declined',
  refused: 'does not take this kind of card',
  challenge: 'wants to see the buyer’s bank first',
  challenge_then_taken: 'wants to see the buyer’s bank first',
  taken_at_once: 'takes the money at once',
  processing: 'is still at it',
}

function create(
  { paymentId, amount }: Extract<Question, { operation: 'create' }>['request'],
  before: AtProcessor,
  card: Card,
): Reaction {
  const did = cardWords[card]
  if (card === 'refused') return { after: before, answer: no('payment_method_unusable', null), did }
  const status = statusOf[card]
  const intent: Intent = {
    intentId: `pi-${paymentId}`,
    paymentId,
    status,
    amountMinor: amount.amountMinor,
    receivedMinor: status === 'succeeded' ? amount.amountMinor : 0,
    byItself: card === 'taken_at_once' || card === 'challenge_then_taken',
    disputed: false,
    refunds: [],
  }
  const answer = card === 'declined' ? no('card_declined', intent, true) : ok(show(intent))
  return { after: { ...before, intent }, answer, did }
}

function refund(
  request: Extract<Question, { operation: 'refund' }>['request'],
  before: AtProcessor,
  scope: Scope,
): Reaction[] {
  const { intent } = before
  if (!intent) throw new Error('a refund of an intent that is not there')
  const { refundId, amountMinor } = request
  const returned = intent.refunds.reduce(
    (sum, each) => (each.status === 'failed' ? sum : sum + each.amountMinor),
    0,
  )
  const refuse = (did: string): Reaction => ({
    after: before,
    answer: no('charge_already_refunded', null),
    did,
  })
  if (returned + amountMinor > intent.receivedMinor) return [refuse('refuses: there is not so much left')]
  const make = (status: 'pending' | 'succeeded' | 'failed', did: string): Reaction => {
    const made = { id: `re-${refundId}-${intent.refunds.length}`, refundId, amountMinor, status }
    return {
      after: { ...before, intent: { ...intent, refunds: [...intent.refunds, made] } },
      answer: ok(showRefund(made)),
      did,
    }
  }
  const may = (bank: Bank) => scope.banks.includes(bank)
  return [
    make('succeeded', 'gives the money back'),
    ...(may('refund_pending') ? [make('pending', 'begins to give the money back')] : []),
    ...(may('refund_refused') ? [refuse('refuses the refund')] : []),
  ]
}

/** What a bank, or the processor, does by itself. `system`: it comes to that sooner or later. */
export interface OwnMove {
  readonly after: AtProcessor
  readonly force: 'system' | 'person' | 'fault'
  readonly did: string
}

export function ownMoves(before: AtProcessor, scope: Scope): OwnMove[] {
  const { intent } = before
  if (!intent) return []
  const moves: OwnMove[] = []
  const may = (bank: Bank) => scope.banks.includes(bank)
  const move = (force: OwnMove['force'], did: string, changes: Partial<Intent>) =>
    moves.push({ after: { ...before, intent: { ...intent, ...changes } }, force, did })
  if (intent.status === 'requires_action') {
    if (intent.byItself)
      move('person', 'the buyer passes the bank’s challenge, and the money is taken at once', {
        status: 'succeeded',
        receivedMinor: intent.amountMinor,
      })
    else
      move('person', 'the buyer passes the bank’s challenge: the money is set aside', {
        status: 'requires_capture',
      })
    move('person', 'the buyer fails the bank’s challenge', { status: 'requires_payment_method' })
  }
  if (intent.status === 'processing') {
    move('system', 'the processor comes to an end: the money is set aside', { status: 'requires_capture' })
    move('system', 'the processor comes to an end: the card is declined', {
      status: 'requires_payment_method',
    })
  }
  if (intent.status === 'requires_capture') {
    if (may('lapses')) move('fault', 'the bank lets the authorization lapse', { status: 'canceled' })
    if (may('takes_by_itself'))
      move('fault', 'the processor takes the money by itself', {
        status: 'succeeded',
        receivedMinor: intent.amountMinor,
        byItself: true,
      })
  }
  if (may('disputes') && intent.status === 'succeeded') {
    if (intent.disputed) move('person', 'the dispute is over', { disputed: false })
    else move('person', 'the buyer disputes the charge at his bank', { disputed: true })
  }
  for (const [index, each] of intent.refunds.entries()) {
    const settled = (status: 'succeeded' | 'failed') => ({
      refunds: intent.refunds.map((other, at) => (at === index ? { ...other, status } : other)),
    })
    if (each.status === 'pending') {
      move('system', 'the money of the refund arrives', settled('succeeded'))
      if (may('refund_fails')) move('system', 'the refund fails at the bank', settled('failed'))
    }
    if (each.status === 'succeeded' && may('refund_comes_back')) {
      const back = intent.refunds.map((other, at) =>
        at === index ? { ...other, status: 'failed' as const, cameBack: true as const } : other,
      )
      move('fault', 'the refund comes back from the bank', { refunds: back })
    }
  }
  return moves
}
