// Posts one message to one receiver: resolves the name once, checks every address, and connects to a
// checked one. No redirects, no more time and no more answer than is useful. Its own few lines on
// node:https, since no client library lets the checked address be the one that is connected to.
import { lookup, Resolver } from 'node:dns/promises'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import type { Answer } from '../domain/delivery.ts'
import { isPublicAddress, refusalOfUrl } from './addresses.ts'

export interface Message {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Address {
  readonly address: string
  readonly family: number
}

export interface CarrierOptions {
  readonly mayBePrivate: boolean
  /** Every address of a name. */
  readonly resolve?: (host: string) => Promise<Address[]>
}

export type Carrier = (message: Message) => Promise<Answer>

const answeredWithinMs = 10_000
const mostBytes = 64 * 1_024
const keptBytes = 1_024

const unanswered = (text: string): Answer => ({ status: null, text })

export function makeCarrier({
  mayBePrivate,
  resolve = mayBePrivate ? resolveHere : resolvePublic,
}: CarrierOptions): Carrier {
  return async ({ url, headers, body }) => {
    // Looked at again: WEBHOOK_PRIVATE may have been on when the endpoint was made.
    const refusal = refusalOfUrl(url, mayBePrivate)
    if (refusal !== null) return unanswered(refusal)
    const { hostname } = new URL(url)
    const signal = AbortSignal.timeout(answeredWithinMs)
    try {
      const addresses = await orAborted(addressesOf(hostname, resolve), signal)
      if (!mayBePrivate && !addresses.every(({ address }) => isPublicAddress(address)))
        return unanswered('the name leads to an address that is not public')
      return await send({ url, headers, body }, addresses, signal)
    } catch (error) {
      if (signal.aborted) return unanswered(`no answer within ${answeredWithinMs / 1_000} seconds`)
      return unanswered(reasonOf(error))
    }
  }
}

/** As this machine calls it: in one's own network names may stand in a file. */
const resolveHere = (host: string): Promise<Address[]> => lookup(host, { all: true })

/**
 * By asking name servers. `lookup` would occupy a thread for as long as a hostile name server likes, and
 * passwords are hashed by these threads.
 */
async function resolvePublic(host: string): Promise<Address[]> {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 })
  const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
  const addresses = found.flatMap((each, index) =>
    each.status === 'fulfilled'
      ? each.value.map((address) => ({ address, family: index === 0 ? 4 : 6 }))
      : [],
  )
  const [first] = found
  if (addresses.length === 0 && first.status === 'rejected') throw first.reason
  return addresses
}

async function addressesOf(
  hostname: string,
  resolve: NonNullable<CarrierOptions['resolve']>,
): Promise<Address[]> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const family = isIP(host)
  const addresses = family === 0 ? await resolve(host) : [{ address: host, family }]
  if (addresses.length === 0) throw new Error(`${host} has no address`)
  return addresses
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([work, aborted])
}

function send(
  { url, headers, body }: Message,
  addresses: readonly Address[],
  signal: AbortSignal,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const request = url.startsWith('https:') ? requestHttps : requestHttp
  const sent = request(
    url,
    {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      // A connection of its own: one that is kept might be to an address of before.
      agent: false,
      signal,
      // Whatever the name means by now, these are the addresses that were looked at.
      lookup: (_host, { all }, callback) => {
        const [first = { address: '', family: 4 }] = addresses
        if (all) callback(null, [...addresses])
        else callback(null, first.address, first.family)
      },
    },
    (response) => {
      readStart(response).then((text) => resolve({ status: response.statusCode ?? null, text }), reject)
    },
  )
  sent.on('error', reject)
  sent.end(body)
  return promise
}

/** The first kilobyte; what goes on for longer than an answer does is cut off. */
async function readStart(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (bytes < keptBytes) chunks.push(chunk)
    bytes += chunk.length
    if (bytes > mostBytes) break
  }
  // Postgres stores no NUL.
  return Buffer.concat(chunks).subarray(0, keptBytes).toString().replaceAll('\0', '')
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return (code ?? message).slice(0, 300)
}
