// What came from the stream: where reading begins, what is kept, and when there is nothing to go
// by.
import { expect, test } from 'vitest'
import { waitFor } from '../../../../test/wait.ts'
import { systemClock } from '../../process/clock.ts'
import { makeLog } from '../../process/log.ts'
import { startOfWindow } from '../store.ts'
import { makeFeed } from './feed.ts'
import type { EventStream, Message } from './stream.ts'

const messageOf = (sequence: number, id = `event-${sequence}`): Message => ({
  sequence,
  id,
  type: 'PaymentVoided',
  bytes: 1_000,
  place: { windowFrom: 1, windowTo: 9_999, seq: sequence, endsWindow: false },
  before: startOfWindow(1),
  envelope: () => undefined,
})

/**
 * A stream with these messages, that notes from where it is read and is silent when it has told
 * them all.
 */
function makeStream(messages: Message[]) {
  const reads: number[] = []
  let lose: ((error: Error) => void) | undefined
  const stream: Pick<EventStream, 'at' | 'end' | 'read'> = {
    at: async (sequence) => messages.find((each) => each.sequence === sequence) ?? null,
    end: async () => ({ sequence: messages.at(-1)?.sequence ?? 0, message: messages.at(-1) ?? null }),
    async *read(sequence, signal) {
      reads.push(sequence)
      yield* messages.filter((each) => each.sequence >= sequence)
      await new Promise<void>((resolve, reject) => {
        lose = reject
        signal.addEventListener('abort', () => resolve())
      })
    },
  }
  return {
    stream: stream as EventStream,
    messages,
    reads,
    lose: () => lose?.(new Error('the broker fell silent')),
  }
}

/** Runs a feed until `until` holds. */
async function read(
  feed: ReturnType<typeof makeFeed>,
  { stream }: { stream: EventStream },
  until: () => boolean,
) {
  const session = new AbortController()
  const run = feed.run(stream, session.signal)
  await waitFor('what is awaited', until)
  return async () => {
    session.abort()
    await run
  }
}

const newFeed = () => makeFeed({ clock: systemClock, log: makeLog('silent'), onNews: () => undefined })

test('the first message is the last one that there is; later it goes on behind what it saw', async () => {
  const feed = newFeed()
  const source = makeStream([messageOf(1), messageOf(2)])
  const end = await read(feed, source, () => feed.at(0)?.sequence === 2)
  expect(feed.tells).toBe(true)
  await end()
  expect(feed.tells).toBe(false)
  source.messages.push(messageOf(3), messageOf(4))
  const endAgain = await read(feed, source, () => feed.at(2)?.sequence === 4)
  await endAgain()
  expect(source.reads).toEqual([2, 3])
})

test('a stream that was made anew is read from its end, however long it is by now', async () => {
  const feed = newFeed()
  const old = makeStream([messageOf(1), messageOf(2)])
  await (await read(feed, old, () => feed.at(0)?.sequence === 2))()
  const anew = makeStream([1, 2, 3, 4].map((sequence) => messageOf(sequence, `other-${sequence}`)))
  await (await read(feed, anew, () => feed.at(1)?.id === 'other-4'))()
  expect(anew.reads).toEqual([4])
})

test('an empty stream tells nothing until its first message comes', async () => {
  const feed = newFeed()
  const source = makeStream([])
  const end = await read(feed, source, () => source.reads.length === 1)
  expect([feed.tells, source.reads]).toEqual([false, [1]])
  source.messages.push(messageOf(1))
  source.lose()
  await waitFor('the first message', () => feed.tells)
  await end()
})

test('a broken reading is begun again, and until then nothing is told', async () => {
  const feed = newFeed()
  const source = makeStream([messageOf(1)])
  const end = await read(feed, source, () => feed.tells)
  source.lose()
  await waitFor('nothing to go by', () => !feed.tells)
  await waitFor('another reading', () => source.reads.length === 2)
  expect(feed.tells).toBe(true)
  await end()
})

test('some thousands are kept and no more, and numbers go on', async () => {
  const feed = newFeed()
  const source = makeStream([messageOf(1)])
  await (await read(feed, source, () => feed.tells))()
  source.messages.push(...Array.from({ length: 9_999 }, (_, index) => messageOf(index + 2)))
  const end = await read(feed, source, () => feed.at(9_999) !== undefined)
  expect(feed.at(feed.first - 1)).toBe(undefined)
  expect(feed.at(feed.first)?.sequence).toBe(feed.first + 1)
  expect(10_000 - feed.first).toBeGreaterThanOrEqual(2_000)
  expect(10_000 - feed.first).toBeLessThanOrEqual(4_000)
  await end()
})
