// Large answers that are the same for many: written once, compressed once, and not sent at all to who
// has them already. For public text only: what a secret is mixed with must not be compressed.
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'

export interface Packed {
  readonly etag: string
  readonly type: string
  readonly plain: Buffer
  /** Made when the first asks for it. */
  encoded(encoding: Encoding): Promise<Buffer>
}

type Encoding = 'br' | 'gzip'

/** Less is sent as fast as it is. */
const leastBytes = 1_400
/** Of Brotli's eleven: half the bytes of gzip's best for seat maps, at a third of its time. */
const brotliQuality = 5
const gzipLevel = 6

const compress: Readonly<Record<Encoding, (plain: Buffer) => Promise<Buffer>>> = {
  br: (plain) =>
    promisify(brotliCompress)(plain, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: brotliQuality,
        [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
      },
    }),
  gzip: (plain) => promisify(gzip)(plain, { level: gzipLevel }),
}

export const jsonType = 'application/json; charset=utf-8'
export const htmlType = 'text/html; charset=utf-8'

export function pack(text: string, type: string = jsonType): Packed {
  const plain = Buffer.from(text)
  const made = new Map<Encoding, Promise<Buffer>>()
  return {
    etag: `W/"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
    type,
    plain,
    encoded(encoding) {
      const bytes = made.get(encoding) ?? compress[encoding](plain)
      made.set(encoding, bytes)
      return bytes
    },
  }
}

/** The best that the client takes: what is named with `q=0` it does not. */
export function encodingFor(header: string | undefined): Encoding | null {
  const taken = new Map(
    (header ?? '').split(',').map((part) => {
      const [name = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase())
      return [name, parameters.every((each) => !/^q=0(\.0*)?$/.test(each))] as const
    }),
  )
  const takes = (name: string) => taken.get(name) ?? (name === 'identity' || taken.get('*') === true)
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : null
}

/** Whether `If-None-Match` names the answer: by weak comparison, as RFC 9110 has it. */
export function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  const bare = (tag: string) => tag.trim().replace(/^W\//, '')
  return header.trim() === '*' || header.split(',').some((tag) => bare(tag) === bare(etag))
}

/** Stored by who asks and asked for again each time; `private` for what not everybody may see. */
export async function sendPacked(
  request: FastifyRequest,
  reply: FastifyReply,
  packed: Packed,
  { isPublic = true }: { isPublic?: boolean } = {},
): Promise<FastifyReply> {
  reply
    .header('cache-control', isPublic ? 'no-cache' : 'private, no-cache')
    .header('etag', packed.etag)
    .header('vary', varyWith(reply, 'accept-encoding'))
    .type(packed.type)
  if (reply.statusCode === 200 && isKnown(request.headers['if-none-match'], packed.etag))
    return reply.code(304).send()
  const encoding = packed.plain.length < leastBytes ? null : encodingFor(request.headers['accept-encoding'])
  if (encoding === null) return reply.send(packed.plain)
  return reply.header('content-encoding', encoding).send(await packed.encoded(encoding))
}

function varyWith(reply: FastifyReply, name: string): string {
  const before = reply.getHeader('vary')
  return before === undefined ? name : `${String(before)}, ${name}`
}

export interface PackedMemory {
  /** The answer of this key, made once for all who ask meanwhile. */
  get(key: string, make: () => Promise<Packed>): Promise<Packed>
}

/** Remembers so many bytes of answers; what was asked for longest ago is forgotten. */
export function makePackedMemory(bytesMax: number): PackedMemory {
  const byKey = new Map<string, Packed>()
  const underWay = new Map<string, Promise<Packed>>()
  let bytes = 0
  const forgetOldest = (kept: string) => {
    for (const [oldest, each] of byKey) {
      if (bytes <= bytesMax || oldest === kept) return
      byKey.delete(oldest)
      bytes -= each.plain.length
    }
  }
  const learn = async (key: string, make: () => Promise<Packed>): Promise<Packed> => {
    try {
      const packed = await make()
      bytes += packed.plain.length
      byKey.set(key, packed)
      forgetOldest(key)
      return packed
    } finally {
      underWay.delete(key)
    }
  }
  return {
    async get(key, make) {
      const found = byKey.get(key)
      if (found) {
        byKey.delete(key)
        byKey.set(key, found)
        return found
      }
      const making = underWay.get(key) ?? learn(key, make)
      if (!byKey.has(key)) underWay.set(key, making)
      return making
    },
  }
}
