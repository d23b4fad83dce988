// Every step that can happen to one order of the modelled shop: a person acts, a message arrives, a
// call is made, lost or recorded, a process dies, time passes.

import type { AnyAnswer, PlannedWork, Question, StepResult } from '../../src/payments/processor/plan.ts'
import type { Force, Step } from './explorer.ts'
import { memory, type Part, part } from './parts.ts'
import { type OwnMove, ownMoves, reactionsTo, unknown } from './processor.ts'
import { isPutOff } from './rules.ts'
import type { Fault, Person, Scope } from './scopes.ts'
import {
  type Named,
  nowOf,
  put,
  type Walked,
  type Walker,
  walkOrders,
  walkPayments,
  walkTickets,
  walkTimer,
  withCluster,
} from './walk.ts'
import {
  type AtProcessor,
  type Cluster,
  type Consumer,
  cluster,
  dayAfter,
  type Intent,
  idsOf,
  type Letter,
  type Paid,
  type State,
  times,
  type Working,
} from './world.ts'

const maxWorks = 2

/** All steps of one order and what belongs to it. */
export function stepsOf(walker: Walker, state: State, buyer: number): Step<State>[] {
  const steps: Step<State>[] = []
  const own = state.clusters[buyer] as Cluster
  const add = (force: Force, walked: Walked, tell: () => string) => {
    const { breach } = walked
    if (breach === undefined && walked.state === state) return
    steps.push({ next: walked.state, force, tell, ...(breach === undefined ? {} : { breach }) })
  }
  const context: Context = { walker, state, buyer, own, add }
  // Who waits for a ticket that nobody can take back sees nothing else change.
  if (walker.scope.reduced && keepsTickets(walker.scope)) {
    for (const [index, { value }] of own.letters.entries())
      if (value.to.includes('tickets')) deliver(context, index, 'tickets')
    if (steps.length > 0) return steps
  }
  personSteps(context)
  timeSteps(context)
  for (const [index, letter] of own.letters.entries())
    for (const consumer of letter.value.to) deliver(context, index, consumer)
  for (const index of own.paid.keys()) {
    workSteps(context, index)
    leaseSteps(context, index)
    processorSteps(context, index)
  }
  return steps
}

/** No money is ever given back in this scope, so that tickets hears one message only. */
function keepsTickets({ refunds, cards, banks, persons, withoutInbox }: Scope): boolean {
  const late =
    cards.some((card) => card === 'taken_at_once' || card === 'challenge_then_taken') ||
    banks.includes('takes_by_itself')
  return (
    refunds.length === 0 &&
    !late &&
    !persons.includes('refunds_at_processor') &&
    !withoutInbox.includes('tickets')
  )
}

interface Context {
  readonly walker: Walker
  readonly state: State
  readonly buyer: number
  readonly own: Cluster
  readonly add: (force: Force, walked: Walked, tell: () => string) => void
}

const has = ({ walker }: Context, fault: Fault) => walker.scope.faults.includes(fault)
const may = ({ walker }: Context, person: Person) => walker.scope.persons.includes(person)

function personSteps(context: Context): void {
  const { walker, state, buyer, own, add } = context
  const { scope } = walker
  const ids = idsOf(buyer)
  const name = `Buyer ${buyer + 1}`
  const { order } = own.ordered.value
  const id = { id: ids.buyer, email: `${ids.buyer}@example.com` }
  if (!order) {
    const command = {
      type: 'PlaceOrder',
      orderId: ids.order,
      buyer: id,
      showId: scope.show.id,
      lines: scope.wants[buyer] ?? [],
      ...(scope.code ? { code: scope.code.word } : {}),
    } as const
    add(
      'person',
      walkOrders(walker, state, buyer, { name: 'place', command: () => command }),
      () => `${name} orders: his places are held.`,
    )
    if (!may(context, 'sells_at_counter')) return
    const counter = { paymentId: ids.payment(0), tendered: cash }
    add(
      'person',
      walkOrders(walker, state, buyer, { name: 'sell', command: () => ({ ...command, counter }) }),
      () => `${name} pays in cash at the counter: his places are sold.`,
    )
    return
  }
  if (may(context, 'buyer_cancels')) {
    const command = { type: 'CancelOrder', orderId: ids.order, reason: 'buyer', buyerId: ids.buyer } as const
    add(
      'person',
      walkOrders(walker, state, buyer, { name: 'cancel', command: () => command }),
      () => `${name} cancels his order.`,
    )
  }
  if (may(context, 'organiser_cancels')) {
    const command = { type: 'CancelOrder', orderId: ids.order, reason: 'organiser' } as const
    add(
      'person',
      walkOrders(walker, state, buyer, { name: 'call off', command: () => command }),
      () => `The organiser calls the show off: order ${buyer + 1} is cancelled.`,
    )
  }
  if (may(context, 'reserves')) {
    const command = { type: 'ReserveOrder', orderId: ids.order, until: times[2], by: 'staff' } as const
    add(
      'person',
      walkOrders(walker, state, buyer, { name: 'reserve', command: () => command }),
      () => `Staff keep the places of order ${buyer + 1} until a date.`,
    )
  }
  for (const [index, { value }] of own.paid.entries()) {
    // Nobody has a session of somebody who bought at the counter.
    if (value !== null || order.soldBy !== null) continue
    const command = {
      type: 'StartPayment',
      paymentId: ids.payment(index),
      orderId: ids.order,
      buyerId: ids.buyer,
      paymentMethod: 'pm',
    } as const
    const card = own.paid.length > 1 ? ` with card ${index + 1}` : ''
    add(
      'person',
      walkPayments(walker, state, buyer, { name: `pay ${index}`, command: () => command }),
      () => `${name} pays${card}: payments stores it before it asks the processor.`,
    )
    add(
      'person',
      walkPayments(walker, state, buyer, {
        name: `pay blindly ${index}`,
        command: () => command,
        blind: true,
      }),
      () => `${name} pays${card} at the very moment of other news, which this does not see yet.`,
    )
    if (may(context, 'takes_cash')) takeCash(context, index)
    // Cards are tried one after the other; the next one is like this one.
    break
  }
  const asked = own.done.value.filter((each) => each.startsWith('refund')).length
  const amountMinor = scope.refunds[asked]
  if (amountMinor !== undefined) {
    const command = {
      type: 'RequestRefund',
      refundId: ids.refund(asked),
      orderId: ids.order,
      organiserId: scope.show.organiserId,
      amountMinor,
      reason: null,
    } as const
    const walked = walkPayments(walker, state, buyer, { name: `refund ${asked}`, command: () => command })
    add(
      'person',
      markDone(walked, buyer, `refund ${asked}`),
      () => `The organiser asks to refund ${amountMinor ?? 'all that is left'} of order ${buyer + 1}.`,
    )
  }
}

const cash = { tender: 'cash', by: 'staff' } as const

function takeCash({ walker, state, buyer, add }: Context, index: number): void {
  const ids = idsOf(buyer)
  const command = {
    type: 'TakeElsewhere',
    paymentId: ids.payment(index),
    orderId: ids.order,
    tendered: cash,
  } as const
  for (const blind of [false, true])
    add(
      'person',
      walkPayments(walker, state, buyer, {
        name: `cash ${blind ? 'blindly ' : ''}${index}`,
        command: () => command,
        blind,
      }),
      () => `Staff take cash for order ${buyer + 1}${blind ? ', and do not see other news yet' : ''}.`,
    )
}

function markDone(walked: Walked, buyer: number, what: string): Walked {
  const own = walked.state.clusters[buyer] as Cluster
  return {
    ...walked,
    state: withCluster(
      walked.state,
      buyer,
      cluster({ ...own, done: part([...own.done.value, what].toSorted()) }),
    ),
  }
}

/** Time matters only while somebody will look at the clock. */
function timeSteps(context: Context): void {
  const { walker, state, buyer, own, add } = context
  const { order, hour } = own.ordered.value
  const timer = own.timer.value
  if (!order) return
  const passes = (to: number, force: Force, tell: () => string) => {
    const later = cluster({
      ...own,
      ordered: part({ order, hour: to }),
      ...(to === dayAfter ? forget(own) : {}),
    })
    add(force, { state: withCluster(state, buyer, later) }, tell)
  }
  const unheard = own.letters.some(({ value }) => value.to.includes('expiration'))
  const waits =
    order.status === 'created' || order.status === 'claimed' || timer?.status === 'waiting' || unheard
  if (hour === 0 && waits && !walker.scope.still)
    passes(1, 'system', () => `Time passes: the deadline of order ${buyer + 1} is over.`)
  if (hour === 1 && (order.extended || order.kind === 'reservation') && waits)
    passes(2, 'system', () => `Time passes: the extended deadline of order ${buyer + 1} is over.`)
  if (has(context, 'day') && hour > 0 && hour < dayAfter)
    passes(dayAfter, 'system', () => 'A whole day passes, and the processor forgets its keys.')
  if (hour === dayAfter && order.expiresAt > times[dayAfter])
    passes(dayAfter + 1, 'system', () => `Time passes: the extended deadline of order ${buyer + 1} is over.`)
  add(
    'system',
    walkTimer(walker, state, buyer, {
      name: 'fire',
      command: () => ({ type: 'FireTimer', orderId: order.id }),
    }),
    () => `The timer of order ${buyer + 1} fires: expiration complete.`,
  )
}

/** After a day the processor knows no keys any more, and no call is still under way. */
function forget(own: Cluster): Pick<Cluster, 'held' | 'works'> {
  const works = own.works.map(() => part<readonly Working[]>([]))
  return {
    works,
    held: own.held.map(({ value }) => part<AtProcessor>({ intent: value.intent, stored: [], late: [] })),
  }
}

function deliver({ walker, state, buyer, own, add }: Context, index: number, consumer: Consumer): void {
  const { rules } = walker
  const sent = own.letters[index] as Part<Letter>
  const { event } = sent.value
  let walked: Walked = { state }
  const take = <Command>(
    commands: readonly Command[],
    walk: (at: State, named: Named<Command>) => Walked,
  ) => {
    for (const [place, command] of commands.entries()) {
      if (walked.breach !== undefined) return
      walked = walk(walked.state, { name: `hear ${sent.number} ${place}`, command: () => command })
    }
  }
  if (consumer === 'orders') take(rules.toOrders(event), (at, named) => walkOrders(walker, at, buyer, named))
  if (consumer === 'payments')
    take(rules.toPayments(event), (at, named) => walkPayments(walker, at, buyer, named))
  if (consumer === 'tickets')
    take(rules.toTickets(event), (at, named) => walkTickets(walker, at, buyer, named))
  if (consumer === 'expiration') {
    const commands = rules
      .toExpiration(event)
      .flatMap((command) => (command.type === 'FireDue' ? [] : [command]))
    take(commands, (at, named) => walkTimer(walker, at, buyer, named))
  }
  if (walked.rejection !== undefined && isPutOff(consumer, walked.rejection)) return
  // A return is answered each time that it is heard; only the inbox makes it once.
  const again = walker.scope.withoutInbox.includes(consumer) && event.type !== 'ReturnRequested'
  const kept = again || !rules.hasInbox(consumer, event.type)
  if (!kept) walked = { ...walked, state: receipt(walked.state, buyer, { sent, consumer }) }
  add(
    'system',
    walked,
    () => `${consumer} hears ${event.type} of order ${buyer + 1}${kept ? ' (and may hear it again)' : ''}.`,
  )
}

/** The inbox: this consumer will not hear it again. */
function receipt(
  state: State,
  buyer: number,
  { sent, consumer }: { sent: Part<Letter>; consumer: Consumer },
): State {
  const own = state.clusters[buyer] as Cluster
  const letters = own.letters.map((each) =>
    each.value.name === sent.value.name ? heardBy(each, consumer) : each,
  )
  return withCluster(state, buyer, cluster({ ...own, letters }))
}

const heard = memory<string, Part<Letter>>()

function heardBy(letter: Part<Letter>, consumer: Consumer): Part<Letter> {
  const key = `${letter.number} ${consumer}`
  let after = heard.get(key)
  if (!after) {
    after = part<Letter>({ ...letter.value, to: letter.value.to.filter((other) => other !== consumer) })
    heard.set(key, after)
  }
  return after
}

/**
 * The question that a step asks next, or its result. The plan is walked again with the answers so
 * far.
 */
function nextOf(
  walker: Walker,
  own: Cluster,
  work: Working,
): { question: Question } | { result: StepResult } {
  const planned: PlannedWork = work
  let made = 0
  const plan = walker.rules.planStep(planned, {
    now: nowOf(own),
    newId: () => `imported-${work.payment.id.slice('payment-'.length)}${''.padEnd(made++, '+')}`,
  })
  let next = plan.next()
  for (const answer of work.answers) if (!next.done) next = plan.next(answer)
  return next.done ? { result: next.value } : { question: next.value }
}

function workSteps(context: Context, index: number): void {
  const { walker, state, buyer, own, add } = context
  const busy = own.works[index] as Part<readonly Working[]>
  const works = busy.value
  for (const [position, work] of works.entries()) {
    const { step, payment } = work
    const who = works.length > 1 ? `Process ${position + 1} of ${works.length}` : 'Payments'
    const next = nextOf(walker, own, work)
    const others = works.filter((_, at) => at !== position)
    const without = cluster({ ...own, works: put(own.works, index, others) })
    if ('result' in next) {
      const { command } = next.result
      const name = `record ${busy.number} ${position}`
      const walked = walkPayments(walker, withCluster(state, buyer, without), buyer, {
        name,
        command: () => command,
      })
      const shown = command.type === 'RecordObservation' ? ` ${command.seen.status}` : ''
      const refused = walked.rejection ? ` (refused: ${walked.rejection})` : ''
      add(
        'system',
        walked,
        () => `${who} records what came of ${step} of ${payment.id}: ${command.type}${shown}${refused}.`,
      )
    } else {
      for (const answer of answersTo(context, { index, position, question: next.question })) {
        const changed = cluster({ ...own, works: answer.works, held: answer.held })
        const asks = () =>
          `${who} asks the processor to ${next.question.operation} ${payment.id}; it ${answer.did}.`
        add(answer.force, { state: withCluster(state, buyer, changed) }, asks)
      }
    }
    if (has(context, 'crash'))
      add(
        'fault',
        { state: withCluster(state, buyer, without) },
        () => `The process that does ${step} of ${payment.id} dies.`,
      )
  }
}

interface Answered {
  readonly works: readonly Part<readonly Working[]>[]
  readonly held: readonly Part<AtProcessor>[]
  readonly force: Force
  readonly did: string
}

/**
 * What may come of a question: the request is lost, or hangs, or has an effect whose answer may be
 * lost.
 */
function answersTo(
  context: Context,
  asked: { index: number; position: number; question: Question },
): Answered[] {
  const { walker, own } = context
  const { index, position, question } = asked
  const held = own.held[index] as Part<AtProcessor>
  const works = own.works[index]?.value ?? []
  const answers: Answered[] = []
  const add = (force: Force, did: string, { after, answer }: { after: AtProcessor; answer: AnyAnswer }) => {
    const changed = works.map((each, at) =>
      at === position ? { ...each, answers: [...each.answers, answer] } : each,
    )
    answers.push({ works: put(own.works, index, changed), held: put(own.held, index, after), force, did })
  }
  const lost = has(context, 'lost')
  for (const { after, answer, did } of reactionsTo(question, held.value, walker.scope)) {
    add('system', did, { after, answer })
    if (lost && answer.kind !== 'unknown')
      add('fault', `${did}, but the answer is lost`, { after, answer: unknown })
  }
  if (lost) add('fault', 'never hears of it: the request is lost', { after: held.value, answer: unknown })
  if (has(context, 'late') && changesAnything(question) && held.value.late.length === 0) {
    const after = { ...held.value, late: [question] }
    add('fault', 'does not hear of it yet: the request hangs, and payments gives up waiting', {
      after,
      answer: unknown,
    })
  }
  return answers
}

const changesAnything = ({ operation }: Question) =>
  operation !== 'retrieve' && operation !== 'list_refunds' && operation !== 'find'

function leaseSteps(context: Context, index: number): void {
  const { walker, state, buyer, own, add } = context
  const paid = own.paid[index]?.value
  if (!paid) return
  const works = own.works[index]?.value ?? []
  const paymentId = paid.payment.id
  if (
    paid.payment.nextAttemptAt !== null &&
    (works.length === 0 || (has(context, 'slow') && works.length < maxWorks))
  ) {
    const walked = walkPayments(walker, state, buyer, {
      name: `sweep ${index}`,
      command: () => ({ type: 'TakeLease', paymentId, look: false }),
      late: true,
    })
    const force = works.length === 0 ? 'system' : 'fault'
    add(
      force,
      walked,
      () =>
        `The sweeper takes ${paymentId} up again${works.length > 0 ? ', although a slow process still works on it' : ''}.`,
    )
  }
  const intent = own.held[index]?.value.intent ?? null
  const news = paid.payment.nextAttemptAt === null && intent !== null && isBehind(paid, intent)
  if (
    (news || (may(context, 'look') && intent && intent.status !== paid.payment.intentStatus)) &&
    works.length === 0
  ) {
    const walk = {
      name: `look ${index}`,
      command: () => ({ type: 'TakeLease', paymentId, look: true }) as const,
    }
    const tell = () => `A webhook, or the buyer’s page, asks to look at ${paymentId}.`
    // The processor repeats what it did by itself until it is heard.
    add(news ? 'system' : 'person', walkPayments(walker, state, buyer, walk), tell)
  }
}

/**
 * Whether the processor has refunds that we do not know as they are. Of one that failed unseen no
 * money moved.
 */
function isBehind({ refunds }: Paid, intent: Intent): boolean {
  return intent.refunds.some(({ id, status }) => {
    const ours = refunds.find(({ processorId }) => processorId === id)
    return ours ? ours.status !== status && ours.status !== 'failed' : status !== 'failed'
  })
}

function processorSteps(context: Context, index: number): void {
  const { walker, state, buyer, own, add } = context
  const held = (own.held[index] as Part<AtProcessor>).value
  const become = (after: AtProcessor): Walked => ({
    state: withCluster(state, buyer, cluster({ ...own, held: put(own.held, index, after) })),
  })
  const moves: OwnMove[] = ownMoves(held, walker.scope)
  for (const { after, force, did } of moves) add(force, become(after), () => `At the processor: ${did}.`)
  for (const question of held.late) {
    const waiting = { ...held, late: held.late.filter((each) => each !== question) }
    for (const { after, did } of reactionsTo(question, waiting, walker.scope)) {
      add(
        'system',
        become(after),
        () => `The request to ${question.operation} that hung arrives after all: the processor ${did}.`,
      )
    }
  }
  const { intent } = held
  if (
    may(context, 'refunds_at_processor') &&
    intent &&
    intent.receivedMinor > 0 &&
    !own.done.value.includes(`by hand ${index}`)
  ) {
    const left =
      intent.receivedMinor -
      intent.refunds.reduce((sum, each) => (each.status === 'failed' ? sum : sum + each.amountMinor), 0)
    const amountMinor = Math.min(left, Math.ceil(intent.receivedMinor / 2))
    if (amountMinor > 0) {
      const refund = {
        id: `re-${intent.paymentId}-by-hand`,
        refundId: null,
        amountMinor,
        status: 'succeeded' as const,
      }
      const after = become({ ...held, intent: { ...intent, refunds: [...intent.refunds, refund] } })
      add(
        'person',
        markDone(after, buyer, `by hand ${index}`),
        () => `The organiser refunds ${amountMinor} at the processor itself.`,
      )
    }
  }
}
