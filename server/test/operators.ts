// How a test gets an operator: by the link that the shop prints while it has none.
import { offerOperatorLink } from '../src/platform/http/links/operator-link.ts'
import { type Client, expectStatus, makeClient } from './client.ts'
import type { TestShop } from './shop.ts'

/** Makes an account the operator of a shop that has none, and gives it as a client. */
export async function signUpOperator({ url, db }: Pick<TestShop, 'url' | 'db'>): Promise<Client> {
  const operator = makeClient(url)
  const account = { email: 'operator@example.com', password: 'correct horse' }
  expectStatus(await operator.call('POST', '/api/users/signup', account), 201)
  const token = await offerOperatorLink(db)
  expectStatus(await operator.call('POST', '/api/users/links/redeem', { token }), 200)
  return operator
}
