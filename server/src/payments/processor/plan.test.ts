// What a step asks of the processor when its key may be dead: money is never moved again for want
// of an answer.
import { expect, it } from 'vitest'
import { amount, ids, refund } from '../../../test/payments/samples.ts'
import { type AnyAnswer, type PlannedWork, planStep, type Question } from './plan.ts'

const placed = '2031-01-01T12:00:00.000Z'
const soon = '2031-01-01T12:05:00.000Z'
const daysLater = '2031-01-03T12:00:00.000Z'

const work = (status: 'requested' | 'unknown'): PlannedWork => ({
  step: 'refund',
  fence: 3,
  refund: refund({ status, createdAt: placed }),
  payment: {
    id: ids.payment,
    orderId: ids.order,
    amount,
    paymentMethod: 'pm',
    createdAt: placed,
    attempts: 0,
    intentId: 'pi_1',
    capturedMinor: amount.amountMinor,
  },
})

/**
 * Answers the questions of a plan one after the other; gives what was asked and the command it
 * ended with.
 */
function walk(planned: PlannedWork, now: string, answers: readonly AnyAnswer[]) {
  const plan = planStep(planned, { now, newId: () => 'new' })
  const asked: Question['operation'][] = []
  let next = plan.next()
  for (const answer of answers) {
    if (next.done) break
    asked.push(next.value.operation)
    next = plan.next(answer)
  }
  return { asked, command: next.done ? next.value.command : null }
}

const made = {
  processorId: 're_1',
  refundId: ids.refund,
  amountMinor: 4_500,
  status: 'succeeded',
  failureCode: null,
} as const
const listed = (...refunds: (typeof made)[]): AnyAnswer => ({ kind: 'ok', value: refunds })
const done: AnyAnswer = { kind: 'ok', value: made }

// Found by the model: the process died after the processor had paid back and before that was
// stored, and came back two days later. The refund still looked as if nobody had asked for it, its
// key was forgotten, and it was paid back again.
it.each(['requested', 'unknown'] as const)(
  'a refund whose key is dead is looked for before it is asked for: %s',
  (status) => {
    expect(walk(work(status), daysLater, [listed(made)])).toEqual({
      asked: ['list_refunds'],
      command: { type: 'RecordRefunds', paymentId: ids.payment, fence: 3, seen: [made], importIds: ['new'] },
    })
  },
)

it('a refund that was never made is made, however long that took', () => {
  const { asked, command } = walk(work('requested'), daysLater, [listed(), done])
  expect(asked).toEqual(['list_refunds', 'refund'])
  expect(command).toMatchObject({ type: 'RecordRefunds', seen: [made] })
})

it('while its key lives a refund is asked for with it, and looked for only after an uncertain outcome', () => {
  expect(walk(work('requested'), soon, [done]).asked).toEqual(['refund'])
  expect(walk(work('unknown'), soon, [listed(), done]).asked).toEqual(['list_refunds', 'refund'])
})
