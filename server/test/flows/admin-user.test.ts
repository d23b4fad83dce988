// People without mail: an operator lists accounts, and prints a link for a new password.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectStatus, makeClient } from '../client.ts'
import { holdfast } from '../command.ts'
import { startTestShop, type TestShop } from '../shop.ts'

let shop: TestShop
const email = 'ann@example.com'
const [old, fresh] = ['correct horse battery', 'another horse battery']

beforeAll(async () => {
  shop = await startTestShop({ environment: { AUDIT_SECONDS: '0' } })
  for (const each of [email, 'bob@example.org'])
    expectStatus(
      await makeClient(shop.url).call('POST', '/api/users/signup', { email: each, password: old }),
      201,
    )
})
afterAll(() => shop.stop())

const admin = (...words: string[]) =>
  holdfast(['admin', 'user', ...words, '--json'], { ...shop.environment, DATABASE_URL: shop.db.url })
const signIn = async (password: string) =>
  (await makeClient(shop.url).call('POST', '/api/users/signin', { email, password })).status

it('lists accounts, all or by a part of their address', async () => {
  const listed = async (...words: string[]) => {
    const { users } = JSON.parse((await admin('list', ...words)).stdout) as { users: { email: string }[] }
    return users.map((user) => user.email)
  }
  expect(await listed()).toEqual([email, 'bob@example.org'])
  expect(await listed('Bob@')).toEqual(['bob@example.org'])
  expect(await listed('nobody')).toEqual([])
})

it('prints a link that gives the account a new password, once, and nothing for a stranger', async () => {
  const reset = await admin('reset', ' Ann@Example.com ')
  expect(reset.status).toBe(0)
  const { link } = JSON.parse(reset.stdout) as { link: string }
  const token = link.split('#')[1]
  const use = (password: string) =>
    makeClient(shop.url).call('POST', '/api/users/password/reset', { token, password })
  expect((await use(fresh)).status).toBe(204)
  expect((await use(old)).body).toMatchObject({ code: 'link_used' })
  expect([await signIn(old), await signIn(fresh)]).toEqual([401, 200])
  expect(await admin('reset', 'stranger@example.com')).toMatchObject({ status: 1 })
})
