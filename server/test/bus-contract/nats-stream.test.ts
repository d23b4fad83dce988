// Who may publish to the stream: only he who knows how it ends.
import type { Envelope } from '@holdfast/contract'
import { afterEach, expect, test } from 'vitest'
import { positionAfter } from '../../src/platform/bus/nats/position.ts'
import { startOfWindow } from '../../src/platform/bus/store.ts'
import { newId } from '../../src/platform/process/clock.ts'
import { makeNatsRig, type NatsRig } from './nats-rig.ts'
import { eventsOf } from './suite.ts'

let rig: NatsRig
afterEach(() => rig.close())

test('who published once and knows nothing of what came since cannot publish any more', async () => {
  rig = await makeNatsRig()
  await rig.withStream(async (stream) => {
    await stream.ensure()
    const events = eventsOf(newId(), 6)
    const linkOf = (index: number) => {
      const place = { windowFrom: 10, windowTo: 20, seq: index + 1, endsWindow: false }
      return { place, before: index === 0 ? startOfWindow(10) : positionAfter({ ...place, seq: index }) }
    }
    const outgoing = (index: number, sequence: number, id?: string) => {
      return {
        envelope: events[index] as Envelope,
        ...linkOf(index),
        expected: { sequence, ...(id ? { id } : {}) },
      }
    }
    await stream.publish([outgoing(0, 0), outgoing(1, 1, events[0]?.id), outgoing(2, 2, events[1]?.id)])
    // It stood behind the first event when it fell asleep, and has three under way.
    const zombie = [
      outgoing(3, 1, events[0]?.id),
      outgoing(4, 2, events[3]?.id),
      outgoing(5, 3, events[4]?.id),
    ]
    await expect(stream.publish(zombie)).rejects.toThrow('wrong last')
    for (const each of zombie) await expect(stream.publish([each])).rejects.toThrow('wrong last')
    // So has one that had asked where the stream ends, and had published nothing yet.
    for (const sequence of [0, 1, 4])
      await expect(stream.publish([outgoing(3, sequence)])).rejects.toThrow('wrong last sequence')
    // What is there already is not there twice, and he who sent it again asks where the stream
    // ends.
    await expect(stream.publish([outgoing(1, 3, events[2]?.id)])).rejects.toThrow()
    expect((await stream.end()).message?.id).toBe(events[2]?.id)
  })
  expect((await rig.messages()).map(({ place }) => place.seq)).toEqual([1, 2, 3])
})
