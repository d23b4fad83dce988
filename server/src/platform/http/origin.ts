// Requests that change something must come from the shop's own pages, or from no browser at all.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { sendProblem } from './problem.ts'

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Browsers send Sec-Fetch-Site; older ones Origin. A request with neither comes from a program and
 * has no cookie to steal.
 */
export function isSameOrigin(request: FastifyRequest, publicUrl: string): boolean {
  const site = request.headers['sec-fetch-site']
  if (typeof site === 'string') return site === 'same-origin' || site === 'none'
  const { origin } = request.headers
  if (origin === undefined) return true
  if (origin === new URL(publicUrl).origin) return true
  return origin === `${request.protocol}://${request.headers.host ?? ''}`
}

export function guardOrigin(app: FastifyInstance, { publicUrl }: { publicUrl: string }): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (
      safeMethods.has(request.method) ||
      request.routeOptions.config?.signed ||
      isSameOrigin(request, publicUrl)
    )
      return done()
    sendProblem(reply, 'cross_origin')
  })
}
