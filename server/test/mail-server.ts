// A real mail server in the process of a test: it takes mails, or fails in one of the ways in which
// mail servers fail.
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

export type MailServerMood =
  | 'takes'
  /** 550 for every recipient. */
  | 'refuses'
  /** 451 for each recipient's first try. */
  | 'greylists'
  /** Never answers after the text. */
  | 'hangs'
  /** Takes the text, and is gone before it says so. */
  | 'drops'

export interface Taken {
  readonly to: string
  readonly messageId: string
  readonly source: string
}

export interface MailServer {
  readonly port: number
  readonly taken: readonly Taken[]
  /** Every recipient that was named, also those that were refused. */
  readonly asked: readonly string[]
  mood: MailServerMood
  stop(): Promise<void>
}

const problem = (message: string, responseCode: number) => Object.assign(new Error(message), { responseCode })

interface LiveConnection {
  readonly session: unknown
  readonly _socket: { destroy(): void }
}

export async function startMailServer(port = 0): Promise<MailServer> {
  const taken: Taken[] = []
  const asked: string[] = []
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onRcptTo({ address }, _session, done) {
      const isFirst = !asked.includes(address)
      asked.push(address)
      if (mailServer.mood === 'refuses') return done(problem('no such mailbox', 550))
      if (mailServer.mood === 'greylists' && isFirst) return done(problem('come again', 451))
      done()
    },
    onData(stream, session, done) {
      text(stream).then((source) => {
        const messageId = /^message-id: <([^@>]+)@/im.exec(source)?.[1] ?? ''
        if (mailServer.mood === 'hangs') return
        for (const { address } of session.envelope.rcptTo) taken.push({ to: address, messageId, source })
        if (mailServer.mood !== 'drops') return done()
        const connections = (server as unknown as { connections: Set<LiveConnection> }).connections
        for (const each of connections) if (each.session === session) each._socket.destroy()
      }, done)
    },
  })
  // Clients that are gone in the middle are what some tests are about.
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.server.address()
  const mailServer: MailServer = {
    port: typeof address === 'object' && address ? address.port : port,
    taken,
    asked,
    mood: 'takes',
    async stop() {
      const { connections } = server as unknown as { connections: Set<LiveConnection> }
      for (const each of connections) each._socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  return mailServer
}
