// What happens to a message broker: killed, frozen, away when a shop starts, away for longer than
// it remembers, emptied, set back to what it was. It runs again before a fault is over; what it
// forgot stays forgotten.
import { jetstreamManager } from '@nats-io/jetstream'
import { connect, nanos } from '@nats-io/transport-node'
import { waitFor } from '../wait.ts'
import type { FaultAction, FaultContext } from './faults.ts'

const requestTimeoutMs = 5_000

export function brokerFaults({ stage, random, sleep, longestFreezeMs }: FaultContext): FaultAction[] {
  const { broker } = stage
  if (broker === null) return []
  const fault = (name: string, strike: () => Promise<boolean>): FaultAction => ({
    kind: `broker ${name}`,
    group: 'broker',
    async strike() {
      try {
        return (await strike()) ? 'broker' : null
      } finally {
        broker.thaw()
        if (!broker.isRunning) await broker.start()
      }
    },
  })
  return [
    fault('killed', async () => {
      await broker.kill()
      await sleep(random.skewed(100, 5_000))
      return true
    }),
    fault('frozen and woken', async () => {
      if (!broker.freeze()) return false
      await sleep(random.length(300, 3_000, longestFreezeMs))
      return true
    }),
    fault('away at the start of a shop', async () => {
      await broker.kill()
      const { process } = random.pick(stage.shops)
      if (!process.kill()) return false
      // It is gone a moment later: until then it would pass for one that has started.
      await waitFor('the end of a shop', () => !process.isReady)
      await waitFor('a shop that starts without a broker', () => process.isReady, startWithinMs).catch(
        () => false,
      )
      return process.isReady
    }),
    fault('down for longer than it knows duplicates', async () => {
      const windowMs = await shortenWindow(broker.port)
      if (windowMs === null) return false
      await broker.kill()
      await sleep(windowMs + random.skewed(500, 4_000))
      return true
    }),
    fault('emptied', async () => {
      await broker.kill()
      await broker.wipe()
      await sleep(random.skewed(50, 1_500))
      return true
    }),
    fault('set back to an older state', async () => {
      await broker.kill()
      const setBack = await broker.copy()
      await broker.start()
      await sleep(random.skewed(1_000, 6_000))
      await broker.kill()
      await setBack()
      return true
    }),
  ]
}

const startWithinMs = 30_000
/** Two minutes by default: a run of one minute would never be longer away. */
const shortWindowMs = 1_000

/** How long the broker knows its duplicates now; null when it has no stream, or does not answer. */
async function shortenWindow(port: number): Promise<number | null> {
  const connection = await connect({
    servers: `127.0.0.1:${port}`,
    reconnect: false,
    timeout: requestTimeoutMs,
  }).catch(() => null)
  if (!connection) return null
  try {
    const { streams } = await jetstreamManager(connection, { timeout: requestTimeoutMs })
    const [stream] = await streams.list().next()
    if (!stream) return null
    await streams.update(stream.config.name, { duplicate_window: nanos(shortWindowMs) })
    return shortWindowMs
  } catch {
    return null
  } finally {
    await connection.close()
  }
}
