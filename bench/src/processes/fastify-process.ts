// A bare Fastify route with the body schema of an order, which refuses everybody: what HTTP alone
// costs on this machine.
import { OrderBody } from '@holdfast/contract'
import Fastify from 'fastify'
import { problemOf } from '../../../server/src/platform/http/problem.ts'
import { answerRequests } from '../requests.ts'

const app = Fastify()
const refusal = problemOf('sold_out')

app.post('/api/orders', { schema: { body: OrderBody } }, async (_request, reply) =>
  reply.code(409).send(refusal),
)

async function start(port: number): Promise<void> {
  await app.listen({ port, host: '127.0.0.1' })
}

async function cpuMs(): Promise<number> {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

answerRequests({ start, cpuMs }, async () => {
  await app.close()
})
