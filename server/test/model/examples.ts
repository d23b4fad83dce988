// Three shops that must fail, as small models of their own: they show that the explorer finds what
// it should, and why this shop is built as it is. None of them uses a rule of ours.
import type { Machine, Step } from './explorer.ts'

interface Small<State> {
  readonly start: State
  readonly steps: (state: State, add: (tell: string, changes: Partial<State>) => void) => void
  readonly breachIn: (state: State) => string | null
}

function machineOf<State extends object>({ start, steps, breachIn }: Small<State>): Machine<State> {
  return {
    start,
    key: (state) => JSON.stringify(state),
    steps(state) {
      const all: Step<State>[] = []
      steps(state, (tell, changes) =>
        all.push({ next: { ...state, ...changes }, force: 'system', tell: () => tell }),
      )
      return all
    },
    breachIn,
    breachAtRest: () => null,
  }
}

/** Messages are sent for ever: a list of all that ever was sent. */
const sent = (messages: readonly string[], ...more: string[]) =>
  [...new Set([...messages, ...more])].toSorted()

interface OneOrder {
  readonly order: 'none' | 'created' | 'complete' | 'cancelled'
  readonly messages: readonly string[]
  readonly payable: boolean
  readonly timer: boolean
  /** The request to pay was found good, and the card is not charged yet. */
  readonly checked: boolean
  readonly charged: boolean
  readonly wasComplete: boolean
}

const nothingYet: OneOrder = {
  order: 'none',
  messages: [],
  payable: false,
  timer: false,
  checked: false,
  charged: false,
  wasComplete: false,
}

/**
 * What both versions of the course have in common: the card is charged at once, and a timer cancels
 * the order.
 */
function course(
  state: OneOrder,
  add: (tell: string, changes: Partial<OneOrder>) => void,
  expire: OneOrder['order'],
): void {
  const { order, messages } = state
  const tell = (...more: string[]) => sent(messages, ...more)
  if (order === 'none') add('The buyer orders.', { order: 'created', messages: tell('order created') })
  if (messages.includes('order created')) {
    add('Payments hears of the order.', { payable: true })
    add('Expiration hears of the order and sets its timer.', { timer: true })
  }
  if (messages.includes('order cancelled'))
    add('Payments hears that the order is cancelled.', { payable: false })
  if (state.payable && !state.charged)
    add('Payments finds that the order is not cancelled.', { checked: true })
  if (state.checked && !state.charged)
    add('Payments charges the card.', { charged: true, checked: false, messages: tell('payment created') })
  if (state.timer) add('The timer fires.', { messages: tell('expiration complete') })
  if (messages.includes('payment created'))
    add('Orders hears of the payment: the order is complete.', { order: 'complete', wasComplete: true })
  if (messages.includes('expiration complete') && order !== 'none') {
    const after = expire
    add(
      `Orders hears that the time is over: the order is ${after}.`,
      after === 'cancelled' ? { order: after, messages: tell('order cancelled') } : {},
    )
  }
}

/** The lecture: the listener of `expiration complete` cancels whatever it finds. */
export const lecture: Machine<OneOrder> = machineOf<OneOrder>({
  start: nothingYet,
  steps: (state, add) => course(state, add, 'cancelled'),
  breachIn: ({ order, wasComplete }) =>
    wasComplete && order === 'cancelled' ? 'a paid order is never cancelled by its timer' : null,
})

/**
 * The finished course: a complete order is left alone, but the charge is not bound to the order.
 */
export const finishedCourse: Machine<OneOrder> = machineOf<OneOrder>({
  start: nothingYet,
  steps: (state, add) => course(state, add, state.order === 'complete' ? 'complete' : 'cancelled'),
  breachIn: ({ order, charged }) =>
    order === 'cancelled' && charged ? 'nobody is charged for an order that he does not get' : null,
})

interface TwoDeciders {
  readonly first: 'none' | 'created' | 'cancelled'
  readonly second: 'none' | 'created' | 'claimed' | 'complete'
  readonly payment: 'none' | 'known' | 'held' | 'authorized' | 'won' | 'taken' | 'captured'
  /** Whose the seat is in the eyes of the tickets service. */
  readonly seat: 'nobody' | 'first' | 'second'
  /** Tickets had kept the seat for order 2. */
  readonly kept: boolean
  readonly messages: readonly string[]
}

/**
 * The money rules are right: authorize, claim, capture. But the tickets service keeps the seat as
 * well, from what it hears of orders, and messages may come in any order.
 */
export const twoDeciders: Machine<TwoDeciders> = machineOf<TwoDeciders>({
  start: { first: 'none', second: 'none', payment: 'none', seat: 'nobody', kept: false, messages: [] },
  steps(state, add) {
    const { first, second, payment, messages } = state
    const tell = (...more: string[]) => sent(messages, ...more)
    const taken = first === 'created' || second !== 'none'
    if (first === 'none' && !taken)
      add('Buyer 1 orders the seat.', { first: 'created', messages: tell('1 created') })
    if (first === 'created') add('Buyer 1 cancels.', { first: 'cancelled', messages: tell('1 cancelled') })
    if (second === 'none' && first === 'cancelled')
      add('Buyer 2 orders the seat.', { second: 'created', messages: tell('2 created') })
    if (messages.includes('1 created'))
      add('Tickets hears of order 1: the seat is kept for it.', { seat: 'first' })
    if (messages.includes('2 created')) {
      add('Tickets hears of order 2: the seat is kept for it.', { seat: 'second', kept: true })
      if (payment === 'none') add('Payments hears of order 2.', { payment: 'known' })
    }
    if (messages.includes('1 cancelled'))
      add('Tickets hears that order 1 is cancelled: the seat is free.', { seat: 'nobody' })
    if (payment === 'known') add('Buyer 2 pays: the processor sets the money aside.', { payment: 'held' })
    if (payment === 'held')
      add('Payments records the authorization.', { payment: 'authorized', messages: tell('authorized') })
    if (messages.includes('authorized') && second === 'created')
      add('Orders hears of the authorization: order 2 is claimed.', {
        second: 'claimed',
        messages: tell('claimed'),
      })
    if (messages.includes('claimed') && payment === 'authorized')
      add('Payments hears that order 2 is claimed.', { payment: 'won' })
    if (payment === 'won') add('Payments captures: the processor takes the money.', { payment: 'taken' })
    if (payment === 'taken')
      add('Payments records the charge.', { payment: 'captured', messages: tell('charged') })
    if (messages.includes('charged') && second === 'claimed')
      add('Orders hears of the charge: order 2 is complete.', {
        second: 'complete',
        messages: tell('2 complete'),
      })
  },
  // A seat that is not kept yet is only late; one that was kept and is free again is lost.
  breachIn: ({ second, seat, kept }) =>
    second === 'complete' && kept && seat !== 'second' ? 'a paid seat is nobody else’s' : null,
})
