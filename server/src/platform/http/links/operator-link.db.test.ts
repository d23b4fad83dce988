// The link that makes the first operator: works once, for an hour, for one person, and never beside
// an operator.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../../../test/database.ts'
import { newId } from '../../process/clock.ts'
import { addressOfLink, hasOperator, offerOperatorLink, redeemOperatorLink } from './operator-link.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await makeTestDatabase([])
})
afterAll(() => db.drop())
beforeEach(() => db.execute('truncate platform.operators, platform.operator_link'))

const offer = async () => (await offerOperatorLink(db)) ?? expect.unreachable('there is an operator')
const redeem = (token: string, userId = newId()) =>
  db.transaction((tx) => redeemOperatorLink(tx, token, userId))
const operators = () => db.query({ name: '', text: 'select user_id as id from platform.operators' })

test('makes an operator once, who may repeat it, and nobody else', async () => {
  const token = await offer()
  const first = newId()
  expect(await redeem(token, first)).toBe('operator')
  expect(await redeem(token, first)).toBe('operator')
  expect(await redeem(token)).toBe('link_used')
  expect(await operators()).toEqual([{ id: first }])
  expect(await hasOperator(db)).toBe(true)
  expect(await offerOperatorLink(db)).toBeNull()
})

test('of ten people at once one becomes the operator', async () => {
  const token = await offer()
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => redeem(token)))
  expect(outcomes.filter((outcome) => outcome === 'operator')).toHaveLength(1)
  expect(outcomes.filter((outcome) => outcome === 'link_used')).toHaveLength(9)
  expect(await operators()).toHaveLength(1)
})

const dead: readonly (readonly [string, string, string])[] = [
  ['after an hour', `update platform.operator_link set expires_at = now()`, 'link_expired'],
  ['when its row is gone', `delete from platform.operator_link`, 'link_expired'],
  ['when the shop has an operator', `insert into platform.operators values (gen_random_uuid())`, 'link_used'],
]
test.each(dead)('is dead %s', async (_, meanwhile, outcome) => {
  const token = await offer()
  await db.execute(meanwhile)
  const before = await operators()
  expect(await redeem(token)).toBe(outcome)
  expect(await operators()).toEqual(before)
})

test('a newer one replaces it: the shop has one link, however many processes print one', async () => {
  const old = await offer()
  const newer = await offer()
  expect(await redeem(old)).toBe('link_expired')
  expect(await redeem(newer)).toBe('operator')
})

test.each(['', 'x', 'a'.repeat(200), "' or true --"])('%j is no link', async (token) => {
  await offer()
  expect(await redeem(token)).toBe('link_expired')
})

test('stands nowhere in the database, and behind # in its address', async () => {
  const token = await offer()
  const rows = await db.query<{ row: string }>({
    name: '',
    text: 'select l::text as row from platform.operator_link l',
  })
  expect(rows).toHaveLength(1)
  expect(rows[0]?.row).not.toContain(token)
  expect(addressOfLink('https://shop.example/', token)).toBe(`https://shop.example/l#${token}`)
})
