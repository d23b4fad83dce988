// Requests that arrive at once: every one is sent but for its last byte, and the last bytes go
// together.
import { connect, type Socket } from 'node:net'

export interface Racer {
  readonly method: string
  readonly path: string
  readonly cookie?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Finish {
  readonly status: number
  readonly code: string | null
  readonly body: Readonly<Record<string, unknown>>
  readonly text: string
}

function bytesOf({ method, path, cookie, body, headers = {} }: Racer): Buffer {
  const payload = body === undefined ? '' : JSON.stringify(body)
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'host: localhost',
    'connection: close',
    ...(cookie === undefined ? [] : [`cookie: ${cookie}`]),
    ...(body === undefined ? [] : ['content-type: application/json']),
    `content-length: ${Buffer.byteLength(payload)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${payload}`)
}

function open(url: string, bytes: Buffer): Promise<Socket> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    socket.setNoDelay(true)
    socket.once('error', reject)
    socket.once('connect', () => socket.write(bytes.subarray(0, -1), () => resolve(socket)))
  })
}

function finish(socket: Socket): Promise<Finish> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('end', () => {
      const [head = '', ...rest] = Buffer.concat(chunks).toString().split('\r\n\r\n')
      const text = rest.join('\r\n\r\n')
      const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1])
      // An order has a code of its own, to be read out.
      const code = status >= 400 && typeof body['code'] === 'string' ? body['code'] : null
      resolve({ status, code, body, text })
    })
  })
}

/** All of them at once; their answers in the order of the requests. */
export async function race(url: string, racers: readonly Racer[]): Promise<Finish[]> {
  const bytes = racers.map(bytesOf)
  const sockets = await Promise.all(bytes.map((each) => open(url, each)))
  const finishes = sockets.map(finish)
  for (const [index, socket] of sockets.entries()) socket.write(bytes[index]?.subarray(-1) ?? '')
  return Promise.all(finishes)
}

/** How often each answer came: `201`, `409 sold_out`. */
export function tallyOf(finishes: readonly Finish[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { status, code } of finishes) {
    const name = code === null ? String(status) : `${status} ${code}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}
