// The connection to the broker: made again for ever, one after another. What is not answered when
// one breaks has failed for whoever asked, so that nothing late is sent by the next.
import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node'
import type { Clock } from '../../process/clock.ts'
import type { Log } from '../../process/log.ts'

/** A broker, or several servers of one, and what they all want to be shown. */
export interface NatsConfig {
  /** Each as `host:port`: no secret is in here, so they may be logged. */
  readonly servers: readonly string[]
  readonly tls: boolean
  readonly user?: string
  readonly pass?: string
  readonly token?: string
}

export interface KeepConnectedOptions {
  readonly nats: NatsConfig
  readonly clock: Clock
  readonly log: Log
  /** Works with one connection until `signal` aborts, which it does when the connection is lost. */
  readonly work: (connection: NatsConnection, signal: AbortSignal) => Promise<void>
}

const connectTimeoutMs = 5_000
const againMs = 500
/** A broker that does not answer two of these is gone. */
const pingEveryMs = 5_000

function optionsOf({ servers, tls, user, pass, token }: NatsConfig): NodeConnectionOptions {
  return {
    name: 'holdfast',
    servers: [...servers],
    timeout: connectTimeoutMs,
    reconnect: false,
    // A stack for each request, in case that it fails, costs more than the request.
    noAsyncTraces: true,
    pingInterval: pingEveryMs,
    maxPingOut: 2,
    ...(tls ? { tls: {} } : {}),
    ...(user === undefined ? {} : { user, pass: pass ?? '' }),
    ...(token === undefined ? {} : { token }),
  }
}

/** Why the broker cannot be used, or null when it can. */
export async function probeBroker(nats: NatsConfig): Promise<string | null> {
  const [{ connect }, { jetstreamManager }] = await Promise.all([
    import('@nats-io/transport-node'),
    import('@nats-io/jetstream'),
  ])
  try {
    const connection = await connect(optionsOf(nats))
    try {
      await (await jetstreamManager(connection, { timeout: connectTimeoutMs })).getAccountInfo()
      return null
    } finally {
      await connection.close()
    }
  } catch (error) {
    return (error as Error).message
  }
}

/** Resolves when `stopping` aborts. */
export async function keepConnected(
  { nats, clock, log, work }: KeepConnectedOptions,
  stopping: AbortSignal,
): Promise<void> {
  const options = optionsOf(nats)
  // Loaded only by who has a broker: it takes time and memory.
  const { connect } = await import('@nats-io/transport-node')
  let isNews = true
  while (!stopping.aborted) {
    try {
      const connection = await connect(options)
      const session = new AbortController()
      const end = () => session.abort()
      stopping.addEventListener('abort', end, { once: true })
      void connection.closed().then(end)
      log.info({ server: connection.getServer() }, 'connected to the broker')
      try {
        await work(connection, session.signal)
        isNews = true
      } finally {
        stopping.removeEventListener('abort', end)
        await connection.close()
      }
    } catch (error) {
      // Once for each time that it is away.
      if (isNews) log.error({ err: error }, 'the broker is away or of no use: consumers look into the outbox')
      isNews = false
    }
    await clock.sleep(againMs, stopping)
  }
}
