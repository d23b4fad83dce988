// Ports of this machine: finding one that is free.
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Below the ports of outgoing connections (from 32768 on Linux, from 49152 elsewhere), so none of
 * those takes it first.
 */
const lowestPort = 20_000
const highestPort = 32_000
const triesMax = 100

/**
 * A port that no process listens on. Chosen by chance, so that two callers at once do not get the
 * same one.
 */
export async function freePort(): Promise<number> {
  let cause: Error | undefined
  for (let tries = 0; tries < triesMax; tries += 1) {
    const port = randomInt(lowestPort, highestPort)
    cause = await tryToListen(port)
    if (!cause) return port
  }
  throw new Error('no free port', { cause })
}

/** Undefined, or why not. */
function tryToListen(port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', resolve)
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(undefined)))
  })
}
