// Where the shop's secret comes from: given, its own, or refused; and that a shop does not go on
// without one that made tickets.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { readInstallation } from '../process/installation.ts'
import { openSecrets } from './keep.ts'
import { checkValueOf } from './tickets.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await makeTestDatabase([])
})
beforeEach(() => db.execute('delete from platform.secret_checks'))
afterAll(() => db.drop())

const open = async (given: readonly string[], mayUseOwn = false) => {
  const secrets = await openSecrets(db, { given, mayUseOwn })
  const { secret: own } = await readInstallation(db)
  return secrets.map((secret) => (secret.equals(own) ? 'own' : secret.toString()))
}
const checkOf = (key: string) => checkValueOf(Buffer.from(key))

test('what is given makes, and the shop’s own secret stays known', async () => {
  expect(await open(['first', 'second'])).toEqual(['first', 'second', 'own'])
  expect(await open(['first', 'second'], true)).toEqual(['first', 'second', 'own'])
})

test('a shop with a database of its own needs none', async () => {
  expect(await open([], true)).toEqual(['own'])
})

test('elsewhere a start without one is refused, and told a fresh one', async () => {
  await expect(open([])).rejects.toThrow(/SECRET_KEY=[\w-]{43}$/)
})

test('a shop that began without one goes on with one, also after a move to a database elsewhere', async () => {
  await open([], true)
  expect(await open(['given'])).toEqual(['given', 'own'])
})

test('without a key that made tickets a start is refused, and both are named by their check values', async () => {
  await open(['old'])
  await expect(open(['new'])).rejects.toThrow(
    new RegExp(`lacks the key with the check value ${checkOf('old')}.*Given are: ${checkOf('new')}`),
  )
  await expect(open([], true)).rejects.toThrow(/Given are: none/)
  expect(await open(['new', 'old'])).toEqual(['new', 'old', 'own'])
  await expect(open(['old'])).rejects.toThrow(checkOf('new'))
})
