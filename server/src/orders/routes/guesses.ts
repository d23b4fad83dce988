// Wrong codes are counted, wherever they are entered: whoever tries words one after the other is
// stopped, and an honest slip costs nothing.
import type { IncomingMessage } from 'node:http'
import { attemptLimits } from '@holdfast/contract'
import type { FastifyRequest } from 'fastify'
import type { Limits } from '../../platform/http/limits.ts'
import { networkOf } from '../../platform/http/network.ts'
import { ProblemError } from '../../platform/http/problem.ts'

type Asked = Pick<FastifyRequest, 'ip' | 'raw' | 'principal'>

export interface CodeGuesses {
  /** Answers, unless too many wrong codes came from there; counts a `code_unknown`. */
  counted<Answer>(request: Asked, answer: () => Promise<Answer>): Promise<Answer>
}

export function makeCodeGuesses(
  limits: Limits,
  limitsNetwork: (request: IncomingMessage) => boolean,
): CodeGuesses {
  const keysOf = ({ ip, principal }: Asked) => [
    [attemptLimits.codesOfNetwork, networkOf(ip)] as const,
    ...(principal ? [[attemptLimits.codesOfSession, principal.id] as const] : []),
  ]
  return {
    async counted(request, answer) {
      const keys = limitsNetwork(request.raw) ? keysOf(request) : []
      await Promise.all(keys.map(([limit, key]) => limits.check(limit, key)))
      try {
        return await answer()
      } catch (error) {
        if (error instanceof ProblemError && error.code === 'code_unknown')
          await Promise.all(keys.map(([limit, key]) => limits.count(limit, key)))
        throw error
      }
    },
  }
}
