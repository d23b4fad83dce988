// Reads HTTP/1.1 responses off a socket, as little as a load client needs: status and body. Knows
// no redirects, no trailers and no upgrades, and refuses what it does not understand rather than
// miscount it.

/** `body` is a view of the socket's buffer and only valid during the call. */
export type OnResponse = (status: number, body: Buffer) => void

const headEnd = Buffer.from('\r\n\r\n')
const lineEnd = Buffer.from('\r\n')
const contentLength = /\r\ncontent-length:[ \t]*(\d+)/i
const chunked = /\r\ntransfer-encoding:[ \t]*chunked/i
const statusAt = 'HTTP/1.1 '.length

interface Body {
  readonly body: Buffer
  /** Where the next response begins. */
  readonly end: number
}

/** Gives a function to be fed with what the socket reads, in any pieces. */
export function makeResponseParser(onResponse: OnResponse): (chunk: Buffer) => void {
  let rest: Buffer | null = null

  const parseOne = (data: Buffer, from: number): number => {
    const bodyFrom = data.indexOf(headEnd, from)
    if (bodyFrom < 0) return -1
    const head = data.toString('latin1', from, bodyFrom)
    const status = Number.parseInt(head.slice(statusAt, statusAt + 3), 10)
    if (!head.startsWith('HTTP/1.1 ') || !(status >= 200))
      throw new Error(`not a response: ${head.slice(0, 60)}`)
    const found = readBody(data, bodyFrom + headEnd.length, { head, status })
    if (!found) return -1
    onResponse(status, found.body)
    return found.end
  }

  return (chunk) => {
    const data: Buffer = rest ? Buffer.concat([rest, chunk]) : chunk
    let at = 0
    while (at < data.length) {
      const end = parseOne(data, at)
      if (end < 0) break
      at = end
    }
    // Copied, because the socket reads into the same buffer again.
    rest = at < data.length ? Buffer.from(data.subarray(at)) : null
  }
}

/** The body that begins at `from`, or null when it is not all here yet. */
function readBody(
  data: Buffer,
  from: number,
  { head, status }: { head: string; status: number },
): Body | null {
  if (status === 204 || status === 304) return { body: data.subarray(from, from), end: from }
  const length = contentLength.exec(head)?.[1]
  if (length !== undefined) {
    const end = from + Number(length)
    return end <= data.length ? { body: data.subarray(from, end), end } : null
  }
  if (chunked.test(head)) return readChunks(data, from)
  throw new Error('a response told no length')
}

function readChunks(data: Buffer, from: number): Body | null {
  const pieces: Buffer[] = []
  let at = from
  for (;;) {
    const sizeEnd = data.indexOf(lineEnd, at)
    if (sizeEnd < 0) return null
    const size = Number.parseInt(data.toString('latin1', at, sizeEnd), 16)
    if (!(size >= 0)) throw new Error('a chunk told no size')
    const pieceFrom = sizeEnd + lineEnd.length
    const pieceEnd = pieceFrom + size
    if (pieceEnd + lineEnd.length > data.length) return null
    at = pieceEnd + lineEnd.length
    if (size === 0) return { body: Buffer.concat(pieces), end: at }
    pieces.push(data.subarray(pieceFrom, pieceEnd))
  }
}
