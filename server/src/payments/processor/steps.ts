// Runs the plan of a step: passes its questions to the processor and returns the answers. Decides
// nothing, has no database.
import type { Metrics } from '../../platform/process/metrics.ts'
import type { Work } from '../world.ts'
import { type AnyAnswer, planStep, type Question, type StepContext, type StepResult } from './plan.ts'
import type { Processor } from './port.ts'
import type { Metadata } from './receipt.ts'

export type Describe = (orderId: string) => Promise<Metadata>

/** `describe` gives what is written to a new intent about its order. */
export function makeSteps(processor: Processor, metrics: Metrics, describe?: Describe) {
  const answer = async (question: Question): Promise<AnyAnswer> => {
    const result = await put(processor, await described(question, describe))
    metrics.processorCalls.inc({ operation: question.operation, outcome: result.kind })
    return result
  }
  return async (work: Work, context: StepContext): Promise<StepResult> => {
    const plan = planStep(work, context)
    let next = plan.next()
    while (!next.done) next = plan.next(await answer(next.value))
    return next.value
  }
}

async function described(question: Question, describe: Describe | undefined): Promise<Question> {
  if (question.operation !== 'create' || !describe) return question
  const { request } = question
  return { ...question, request: { ...request, metadata: await describe(request.orderId) } }
}

function put(processor: Processor, question: Question): Promise<AnyAnswer> {
  switch (question.operation) {
    case 'create':
      return processor.authorize(question.request)
    case 'retrieve':
      return processor.retrieve(question.intentId)
    case 'capture':
      return processor.capture(question.intentId, question.key)
    case 'void':
      return processor.cancel(question.intentId, question.key)
    case 'refund':
      return processor.refund(question.request)
    case 'list_refunds':
      return processor.listRefunds(question.intentId)
    case 'find':
      return processor.find({ paymentId: question.paymentId, since: question.since })
  }
}
