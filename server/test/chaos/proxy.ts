// A TCP proxy of our own between two processes, to do to their connections what networks do: cut,
// delay, stop halfway through a reply, and carry nothing at all without telling. Knows no protocol.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Proxy {
  readonly port: number
  /** Connections that are open now. */
  readonly open: number
  /** Resets every connection, both ways. Tells how many there were. */
  cut(): number
  /** Each of the next `replies` is carried half and then reset. */
  halveReplies(replies: number): void
  /** How many replies were cut in the middle. */
  readonly halved: number
  /** Carries everything this much later, from now on. */
  delay(delayMs: number): void
  /** Accepts, and carries nothing either way until it is told otherwise. */
  hold(on: boolean): void
  /** Refuses whoever comes anew. */
  refuse(on: boolean): void
  /** All as it should be. */
  heal(): void
  close(): Promise<void>
}

interface Pair {
  readonly client: Socket
  readonly server: Socket
}

export async function makeProxy(upstreamPort: () => number | null): Promise<Proxy> {
  const pairs = new Set<Pair>()
  let delayMs = 0
  let held = false
  let refusing = false
  let toHalve = 0
  let halved = 0

  const end = (pair: Pair) => {
    pairs.delete(pair)
    for (const socket of [pair.client, pair.server]) socket.resetAndDestroy()
  }

  const carry = (pair: Pair, from: Socket, to: Socket) => {
    const send = (chunk: Buffer) => {
      if (to.destroyed) return
      const reply = from === pair.server
      if (reply && toHalve > 0 && chunk.length > 1) {
        toHalve -= 1
        halved += 1
        to.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => end(pair))
        return
      }
      if (!to.write(chunk)) {
        from.pause()
        to.once('drain', () => {
          if (!held) from.resume()
        })
      }
    }
    const later = makeLine(() => delayMs)
    from.on('data', (chunk: Buffer) => later(() => send(chunk)))
    // A failed socket closes too, and that is where both ends go.
    from.on('error', () => undefined)
    from.on('end', () => later(() => to.end()))
    from.on('close', () => {
      if (pairs.has(pair) && from.errored) end(pair)
      else if (pair.client.destroyed && pair.server.destroyed) pairs.delete(pair)
    })
    if (held) from.pause()
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const port = upstreamPort()
    if (refusing || port === null) {
      client.on('error', () => undefined)
      client.resetAndDestroy()
      return
    }
    const upstream = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const pair = { client, server: upstream }
    pairs.add(pair)
    carry(pair, client, upstream)
    carry(pair, upstream, client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const hold = (on: boolean) => {
    held = on
    for (const { client, server: upstream } of pairs) {
      for (const socket of [client, upstream]) {
        if (on) socket.pause()
        else socket.resume()
      }
    }
  }
  const cut = () => {
    const all = [...pairs]
    for (const pair of all) end(pair)
    return all.length
  }
  return {
    port: (server.address() as AddressInfo).port,
    get open() {
      return pairs.size
    },
    get halved() {
      return halved
    },
    cut,
    hold,
    halveReplies: (replies) => {
      toHalve = replies
    },
    delay: (ms) => {
      delayMs = ms
    },
    refuse: (on) => {
      refusing = on
    },
    heal() {
      delayMs = 0
      refusing = false
      toHalve = 0
      if (held) hold(false)
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}

/**
 * Does things in their order, each as late as the delay was when it came: nothing overtakes what is
 * on its way.
 */
function makeLine(delayMs: () => number): (act: () => void) => void {
  const waiting: { readonly dueMs: number; readonly act: () => void }[] = []
  const drain = () => {
    for (let first = waiting[0]; first && first.dueMs <= performance.now(); first = waiting[0]) {
      waiting.shift()
      first.act()
    }
    if (waiting[0]) setTimeout(drain, Math.max(1, waiting[0].dueMs - performance.now()))
  }
  return (act) => {
    const idle = waiting.length === 0
    if (idle && delayMs() === 0) return act()
    waiting.push({ dueMs: performance.now() + delayMs(), act })
    if (idle) setTimeout(drain, delayMs())
  }
}
