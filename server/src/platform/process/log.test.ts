// No secret reaches the log, by whatever name or depth it comes.
import { expect, test } from 'vitest'
import { makeLog } from './log.ts'

function capture() {
  const lines: string[] = []
  return { log: makeLog('trace', { write: (line) => lines.push(line) }), text: () => lines.join('') }
}

const canary = 'CANARY-7f3a'

test.each([
  { password: canary },
  { user: { password: canary }, nats: { user: 'me', pass: canary } },
  { request: { body: { deep: { clientSecret: canary } } } },
  { payment: { client_secret: canary, payment_method: canary } },
  { req: { headers: { authorization: canary, cookie: canary, 'stripe-signature': canary } } },
  { res: { headers: { 'set-cookie': canary } } },
  { rows: [{ token: canary }, { session_token: canary }] },
  { config: { processor: { secretKey: canary, webhookSecrets: [canary] } } },
  {
    err: Object.assign(new Error('declined'), {
      raw: { payment_intent: { client_secret: canary } },
      headers: { a: canary },
    }),
  },
  {
    err: Object.assign(new Error('duplicate key'), {
      detail: `Key (code)=(${canary}) already exists.`,
      where: `JSON data, line 1: ${canary}`,
    }),
  },
  {
    err: new Error('outer', {
      cause: Object.assign(new Error('inner'), { detail: canary, parameters: [canary] }),
    }),
  },
  { error: Object.assign(new Error('x'), { payment_intent: { id: 'pi_1', client_secret: canary } }) },
])('a canary in %j is cut out', (fields) => {
  const { log, text } = capture()
  log.error(fields, 'something happened')
  log.child({ service: 'payments' }).error(fields, 'again')
  expect(text()).toContain('something happened')
  expect(text()).not.toContain(canary)
})

test('what helps stays: message, stack, code, ids', () => {
  const { log, text } = capture()
  const err = Object.assign(new Error('the disk is full'), { code: '53100' })
  log.error({ err, paymentId: 'p-1', consumer: 'orders' }, 'a step failed')
  const line = JSON.parse(text()) as { err: Record<string, string>; paymentId: string; msg: string }
  expect(line.err).toMatchObject({ type: 'Error', message: 'the disk is full', code: '53100' })
  expect(line.err['stack']).toContain('log.test.ts')
  expect(line).toMatchObject({ paymentId: 'p-1', consumer: 'orders', msg: 'a step failed', level: 50 })
})

test('things that point at themselves do not hang the log', () => {
  const { log, text } = capture()
  const circle: Record<string, unknown> = { name: 'circle' }
  circle['self'] = circle
  log.warn({ circle }, 'round')
  log.warn('only text')
  expect(text()).toContain('round')
  expect(text()).toContain('only text')
})
