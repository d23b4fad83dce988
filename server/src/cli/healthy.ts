// `holdfast healthy`: whether the shop beside us answers. For the health check of a container, which
// has no other program that could ask.
import { reachedAt } from '../config/hosts.ts'
import type { Context, Result } from './output.ts'

const answersWithinMs = 2_000

/** Needs no more of the environment than the address: a mistake elsewhere is for the shop to name. */
export async function healthyCommand({ environment }: Context): Promise<Result> {
  const { PORT: port = '', HOST: host = '' } = environment
  const address = `http://${reachedAt(host || '127.0.0.1')}:${port || '3000'}/healthz`
  const answer = await fetch(address, { signal: AbortSignal.timeout(answersWithinMs) }).catch(
    (error: Error) => error.message,
  )
  const healthy = typeof answer !== 'string' && answer.ok
  const reason = typeof answer === 'string' ? answer : `status ${answer.status}`
  return {
    code: healthy ? 0 : 1,
    text: healthy ? 'The shop answers.' : `The shop does not answer at ${address}: ${reason}`,
    json: { healthy },
  }
}
