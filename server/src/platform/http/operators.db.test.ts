// Who operates the shop: by a row, or by the list, and where mail reaches people only with an
// address that they proved. A right that ends is asked again within a second, and told to the
// security log.
import type { FastifyRequest } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { sql } from '../postgres/database.ts'
import { newId, systemClock } from '../process/clock.ts'
import { noSecurityLog } from '../process/security-log.ts'
import { makeRequireOperator, removeOperator } from './operators.ts'
import { type Principal, sessionPrefix } from './sessions.ts'

let db: TestDatabase
const chosen = newId()
beforeAll(async () => {
  db = await makeTestDatabase([])
  await db.query({ name: '', text: 'insert into platform.operators (user_id) values ($1)' }, [chosen])
})
afterAll(() => db.drop())

const email = 'ops@example.com'
const smtpUrl = 'smtp://localhost:25'
const listed = { operators: [email], smtpUrl: null }
const expected: [string, Partial<Principal>, { operators?: string[]; smtpUrl?: string | null }, string][] = [
  ['a chosen account of a shop without mail', { id: chosen }, {}, 'operates'],
  ['a chosen account that proved its address', { id: chosen, proved: [email] }, { smtpUrl }, 'operates'],
  ['a chosen account that did not', { id: chosen }, { smtpUrl }, 'email_unverified'],
  [
    'one that proved another address',
    { id: chosen, proved: ['x@example.com'] },
    { smtpUrl },
    'email_unverified',
  ],
  ['a listed address that is proved', { proved: [email] }, listed, 'operates'],
  ['a listed address that is not', {}, listed, 'route_unknown'],
  ['a proved address that is not listed', { proved: [email] }, { smtpUrl }, 'route_unknown'],
  ['a guest with a listed and proved address', { kind: 'guest', proved: [email] }, listed, 'route_unknown'],
]

test.each(expected)('%s', async (_title, changes, { operators = [], smtpUrl: url = null }, outcome) => {
  const config = {
    operators,
    demo: false,
    processor: { kind: 'stripe' },
    dataDirectory: '/nowhere',
    mail: { smtpUrl: url },
  }
  const principal: Principal = { id: newId(), kind: 'user', email, ...changes }
  const requireOperator = makeRequireOperator({ config, db, clock: systemClock, security: noSecurityLog })
  const ask = (token: string) =>
    requireOperator({ principal, sessionToken: token } as unknown as FastifyRequest).then(
      () => 'operates',
      (error: { code: string }) => error.code,
    )
  expect(await ask('hfs_browser')).toBe(outcome)
  expect(await ask('hft_program')).toBe('route_unknown')
})

test('a right that was taken away ends within a second, and is told once', async () => {
  const id = newId()
  await db.query(sql('', 'insert into platform.operators (user_id) values ($1)'), [id])
  let elapsedMs = 0
  const told: unknown[] = []
  const requireOperator = makeRequireOperator({
    config: {
      operators: [],
      demo: false,
      processor: { kind: 'sandbox' },
      dataDirectory: '/nowhere',
      mail: { smtpUrl: null },
    },
    db,
    clock: { ...systemClock, elapsedMs: () => elapsedMs },
    security: { note: (event, details) => told.push([event, details]) },
  })
  const principal = { id, kind: 'user', email: 'operator@example.com' } as const
  const ask = () => requireOperator({ principal, sessionToken: `${sessionPrefix}a` } as FastifyRequest)
  expect(await ask()).toEqual(principal)
  await removeOperator(db, id)
  elapsedMs += 1_000
  await expect(ask()).rejects.toThrow()
  await expect(ask()).rejects.toThrow()
  expect(told).toEqual([['operator_removed', { accountId: id }]])
})
