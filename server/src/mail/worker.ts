// Sends what is due, tells what is to be told, reminds of shows. Any number of processes may run it:
// each mail is taken with a lease. Few at a time, so that a mail server that hangs fills no memory.
import { type Clock, makeWaker } from '../platform/process/clock.ts'
import { makeFailpoint } from '../platform/process/failpoint.ts'
import type { Log } from '../platform/process/log.ts'
import type { Metrics } from '../platform/process/metrics.ts'
import type { Carrier, Message } from './carrier/carrier.ts'
import type { Answer } from './domain/answers.ts'
import type { Mail } from './domain/mail.ts'
import type { MailHandler } from './model.ts'
import type { Command } from './world.ts'

const takenAtOnce = 8
const toldAtOnce = 50
const longestRestMs = 1_000
const remindEveryMs = 60_000
/** After a round in which no server answered, this long; twice as long each time. */
const firstPauseMs = 250
const longestPauseMs = 15_000
/** Well within a lease: whatever a server does, a mail is let go of by then. */
const sentWithinMs = 120_000
const stopWithinMs = 5_000

export interface MailWorkerParts {
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly handler: MailHandler
  readonly carrier: Carrier
  readonly write: (mail: Mail) => Promise<Message>
}

export function makeMailWorker(parts: MailWorkerParts) {
  const { clock, log, handler, carrier } = parts
  const deliver = makeDelivery(parts)
  const waker = makeWaker(clock)
  let stopping = false
  let pauseMs = 0
  let remindedMs = Number.NEGATIVE_INFINITY

  const runTellings = async (): Promise<boolean> => {
    if (clock.elapsedMs() - remindedMs >= remindEveryMs) {
      remindedMs = clock.elapsedMs()
      await handler.handle({ type: 'BeginReminders' })
    }
    const outcome = await handler.handle({ type: 'Tell', limit: toldAtOnce })
    return outcome.ok && (outcome.answer.steps ?? 0) > 0
  }

  const sendDue = async (): Promise<boolean> => {
    const outcome = await handler.handle({ type: 'TakeDue', limit: takenAtOnce })
    const taken = outcome.ok ? (outcome.answer.taken ?? []) : []
    if (taken.length === 0) return false
    const answers = await Promise.all(taken.map(deliver))
    const isAway = answers.every((answer) => answer.kind === 'deferred' && answer.isAway)
    pauseMs = isAway ? Math.min(longestPauseMs, Math.max(firstPauseMs, pauseMs * 2)) : 0
    return true
  }

  const run = async () => {
    while (!stopping) {
      let restMs = longestRestMs
      try {
        const told = await runTellings()
        const sent = await sendDue()
        restMs = pauseMs > 0 ? pauseMs : told || sent ? 0 : longestRestMs
      } catch (error) {
        log.warn({ err: error }, 'mails could not be looked at; trying again')
      }
      if (restMs > 0) await waker.rest(restMs)
    }
  }

  return {
    /** There is something to send. A mail server that answers nothing is left alone all the same. */
    wake: () => {
      if (pauseMs === 0) waker.wake()
    },
    start() {
      const running = run()
      return async () => {
        stopping = true
        waker.wake()
        // What is being sent is waited for a moment; its lease brings it back if it was not sent.
        await Promise.race([running, clock.sleep(stopWithinMs)])
        carrier.close()
      }
    },
  }
}

/** Sends one mail and records what came of it. */
function makeDelivery({ clock, log, metrics, handler, carrier, write }: MailWorkerParts) {
  const beforeSend = makeFailpoint('mail.before_send')
  const afterSend = makeFailpoint('mail.after_send')
  return async (mail: Mail): Promise<Answer> => {
    const { id: mailId, fence, kind } = mail
    let answer: Answer
    try {
      const message = await write(mail)
      beforeSend()
      answer = await within(clock, carrier.send(message))
      afterSend()
    } catch (error) {
      log.warn({ err: error, mailId }, 'a mail could not be sent; trying again')
      answer = { kind: 'deferred', reason: (error as Error).message.slice(0, 300) }
    }
    metrics.mails.inc({ kind, outcome: answer.kind })
    await handler.handle(commandOf(answer, { mailId, fence }))
    return answer
  }
}

function commandOf(answer: Answer, taken: { mailId: string; fence: number }): Command {
  switch (answer.kind) {
    case 'accepted':
      return { type: 'RecordSent', ...taken }
    case 'refused':
      return { type: 'RecordRefused', ...taken, reason: answer.reason }
    case 'deferred':
      return { type: 'RecordDeferred', ...taken, reason: answer.reason }
  }
}

async function within(clock: Clock, sending: Promise<Answer>): Promise<Answer> {
  const over = new AbortController()
  const late = clock
    .sleep(sentWithinMs, over.signal)
    .then((): Answer => ({ kind: 'deferred', reason: 'no answer in time', isAway: true }))
  try {
    return await Promise.race([sending, late])
  } finally {
    over.abort()
  }
}
