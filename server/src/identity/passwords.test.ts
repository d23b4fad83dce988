// Passwords are hashed as recommended, in turn, and fit nobody who does not know them.
import { argon2Sync } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ProblemError } from '../platform/http/problem.ts'
import { makePasswords } from './passwords.ts'

const weak = { memoryKib: 64, passes: 1, parallelism: 1 }

test('a password fits its own hash and no other', async () => {
  const passwords = makePasswords({ parameters: weak })
  const phc = await passwords.hash('correct horse')
  expect(await passwords.fits('correct horse', phc)).toBe(true)
  expect(await passwords.fits('correct horsf', phc)).toBe(false)
})

test('hashes are argon2id with the recommended cost, in the form that other programs read', async () => {
  const phc = await makePasswords().hash('correct horse')
  const [, salt = '', hash = ''] =
    /^\$argon2id\$v=19\$m=19456,t=2,p=1\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/.exec(phc) ?? []
  const parameters = {
    message: 'correct horse',
    nonce: Buffer.from(salt, 'base64'),
    memory: 19_456,
    passes: 2,
    parallelism: 1,
    tagLength: 32,
  }
  expect(argon2Sync('argon2id', parameters).toString('base64').replace('=', '')).toBe(hash)
})

test('the same password is hashed differently each time', async () => {
  const passwords = makePasswords({ parameters: weak })
  expect(await passwords.hash('correct horse')).not.toBe(await passwords.hash('correct horse'))
})

test('a hash made with another cost still fits', async () => {
  const phc = await makePasswords({ parameters: weak }).hash('correct horse')
  expect(await makePasswords({ parameters: { ...weak, passes: 3 } }).fits('correct horse', phc)).toBe(true)
})

test('without an account no password fits', async () => {
  expect(await makePasswords({ parameters: weak }).fits('', null)).toBe(false)
})

test('a hash that is none of ours is an error, not a wrong password', async () => {
  await expect(makePasswords({ parameters: weak }).fits('x', '$2b$10$something')).rejects.toThrow('PHC')
})

test('a crowd is hashed in turn, and whoever would wait too long is told to come again', async () => {
  const passwords = makePasswords({ parameters: weak, lanes: 1, maxWaiting: 2 })
  const results = await Promise.allSettled([1, 2, 3, 4].map((each) => passwords.hash(`password ${each}`)))
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected'])
  const [refused] = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as ProblemError] : [],
  )
  expect(refused?.code).toBe('overloaded')
  // The lane is free again.
  expect(await passwords.hash('one more')).toMatch(/^\$argon2id/)
})
