// A pooler in transaction mode, as far as the start of a shop meets one: its clients speak the plain
// protocol of PostgreSQL, and each transaction gets whichever server was free last.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import pg from 'pg'

export interface PoolerOptions {
  readonly url: string
  readonly servers: number
  /** What becomes of settings that a client connects with. */
  readonly settings: 'passed' | 'dropped' | 'refused'
}

export interface Pooler {
  readonly url: string
  close(): Promise<void>
}

const sslRequest = 80_877_103

export async function startTransactionPooler({ url, servers, settings }: PoolerOptions): Promise<Pooler> {
  const pool = Array.from({ length: servers }, () => new pg.Client({ connectionString: url }))
  for (const server of pool) await server.connect()
  const free = [...pool]
  const waiting: ((server: pg.Client) => void)[] = []
  const take = async (): Promise<pg.Client> =>
    free.pop() ?? (await new Promise<pg.Client>((resolve) => waiting.push(resolve)))
  const giveBack = (server: pg.Client) => {
    const next = waiting.shift()
    if (next) next(server)
    else free.push(server)
  }

  const begin = async (socket: Socket, startup: Buffer) => {
    const words = startup.subarray(8).toString().split('\0')
    const timeout = words[words.indexOf('statement_timeout') + 1] ?? '0'
    if (settings === 'refused')
      return socket.end(message('E', 'SFATAL\0C08P01\0Munsupported startup parameter: statement_timeout\0\0'))
    if (settings === 'passed')
      for (const server of pool) await server.query(`set statement_timeout = ${Number(timeout)}`)
    return socket.write(
      Buffer.concat([message('R', int(0)), message('K', Buffer.concat([int(1), int(2)])), ready('I')]),
    )
  }

  const serve = (socket: Socket) => {
    let pinned: pg.Client | undefined
    const run = async (text: string) => {
      const server = pinned ?? (await take())
      if (text === 'begin') pinned = server
      const { rows, fields, command } = await server.query<string[]>({ text, rowMode: 'array' })
      if (text === 'rollback') pinned = undefined
      if (!pinned) giveBack(server)
      const described = fields.length > 0 ? [message('T', columns(fields.map(({ name }) => name)))] : []
      const answer = [
        ...described,
        ...rows.map((row) => message('D', values(row))),
        message('C', `${command}\0`),
      ]
      socket.write(Buffer.concat([...answer, ready(pinned ? 'T' : 'I')]))
    }
    let started = false
    let bytes = Buffer.alloc(0)
    let doing = Promise.resolve<unknown>(undefined)
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      for (;;) {
        const head = started ? 1 : 0
        if (bytes.length < head + 4) return
        const length = head + bytes.readInt32BE(head)
        if (bytes.length < length) return
        const whole = bytes.subarray(0, length)
        bytes = bytes.subarray(length)
        if (!started && whole.readInt32BE(4) === sslRequest) socket.write('N')
        else if (!started) {
          started = true
          doing = doing.then(() => begin(socket, whole))
        } else if (whole.toString('latin1', 0, 1) === 'Q') {
          const text = whole.toString('utf8', 5, length - 1)
          doing = doing.then(() => run(text))
        } else socket.end()
      }
    })
  }
  const server = createServer(serve)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `postgres://holdfast@127.0.0.1:${port}/postgres`,
    async close() {
      server.close()
      for (const each of pool) await each.end()
    },
  }
}

function message(type: string, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body)
  return Buffer.concat([Buffer.from(type), int(bytes.length + 4), bytes])
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function short(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

const ready = (state: 'I' | 'T') => message('Z', state)
const textOid = 25

function columns(names: readonly string[]): Buffer {
  const fields = names.map((name) =>
    Buffer.concat([Buffer.from(`${name}\0`), int(0), short(0), int(textOid), short(-1), int(-1), short(0)]),
  )
  return Buffer.concat([short(names.length), ...fields])
}

function values(row: readonly string[]): Buffer {
  const cells = row.map((cell) => Buffer.concat([int(Buffer.byteLength(cell)), Buffer.from(cell)]))
  return Buffer.concat([short(row.length), ...cells])
}
