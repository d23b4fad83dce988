// Where a request comes from, as far as limits ask.
import type { IncomingMessage } from 'node:http'
import { holdLimits } from '@holdfast/contract'
import type { FastifyRequest } from 'fastify'
import { blocksOf } from '../../platform/http/network.ts'
import type { Principal } from '../../platform/http/sessions.ts'
import type { Origin } from '../domain/taken.ts'

const ipv6Bits = holdLimits.blocks.map((block) => block.ipv6Bits)

/** Undefined where limits per network do not hold. */
export const makeOriginOf =
  (limitsNetwork: (request: IncomingMessage) => boolean) =>
  (request: Pick<FastifyRequest, 'ip' | 'raw'>, { email, proved = [] }: Principal): Origin | undefined =>
    limitsNetwork(request.raw)
      ? { networks: blocksOf(request.ip, ipv6Bits), proved: proved.includes(email) }
      : undefined
