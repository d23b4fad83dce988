// Notices a proxy that the shop does not know of: then all buyers have the proxy's address, and
// limits per network take the whole world for one.
import { BlockList } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'

const forwarding = ['x-forwarded-for', 'forwarded', 'x-real-ip'] as const

/** Where proxies of one's own are. What others write into their requests means nothing. */
const own = new BlockList()
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  own.addSubnet(network, bits, 'ipv4')
own.addAddress('::1', 'ipv6')
own.addSubnet('fc00::', 7, 'ipv6')
own.addSubnet('fe80::', 10, 'ipv6')

export function isForwarded({ headers, socket }: Pick<FastifyRequest, 'headers' | 'socket'>): boolean {
  if (!forwarding.some((name) => headers[name] !== undefined)) return false
  const peer = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  return own.check(peer, peer.includes(':') ? 'ipv6' : 'ipv4')
}

/** Tells once. */
export function watchForProxy(app: FastifyInstance, onProxy: () => void): void {
  let told = false
  app.addHook('onRequest', (request, _reply, done) => {
    if (!told && isForwarded(request)) {
      told = true
      onProxy()
    }
    done()
  })
}
