// Which failure is told, when statements travel together and fail together. Found beside the
// simulation.
import { expect, test } from 'vitest'
import { counterModel } from '../../../test/counter.ts'
import { type BatchTx, endOf, type Statement } from '../postgres/database.ts'
import { isRefusal, UnknownCommit } from '../postgres/failures.ts'
import { makeBatch } from './batch.ts'

const id = '00000000-0000-7000-8000-000000000001'
const job = {
  items: [{ command: { type: 'Add', id, amount: 1 }, causationId: null }],
  idempotency: { scope: 's', key: 'k', fingerprint: 'f' },
  settle: () => undefined,
  fail: () => undefined,
} as const
const withCode = (code: string) => Object.assign(new Error(code), { code })

// The story. Two processes use one idempotency key. The second one's insert of the answer is a
// duplicate; the server refuses what was sent behind it with "transaction is aborted". Both
// refusals come in one packet, and the one with the shorter way through the promises won: the
// handler saw 25P02, did not look the answer up, and the buyer got a 500.
test('a transaction fails for the write that failed, not for those that were refused behind it', async () => {
  const sent = [Promise.reject(withCode('23505')), Promise.reject(withCode('25P02'))]
  await expect(endOf(sent, Promise.resolve(false))).rejects.toMatchObject({ code: '23505' })
  const behind = [Promise.resolve(), Promise.reject(withCode('53100'))]
  await expect(endOf(behind, Promise.resolve(false))).rejects.toMatchObject({ code: '53100' })
})

test('when the commit has no answer nobody knows, whatever became of the writes', async () => {
  const cut = Promise.reject(withCode('08006'))
  await expect(endOf([Promise.resolve()], cut)).rejects.toBeInstanceOf(UnknownCommit)
  await expect(endOf([Promise.reject(withCode('08006'))], cut)).rejects.toBeInstanceOf(UnknownCommit)
  for (const severity of [undefined, 'FATAL', 'PANIC']) {
    const lastWord = Promise.reject(Object.assign(withCode('XX000'), { severity }))
    await expect(endOf([Promise.resolve()], lastWord)).rejects.toBeInstanceOf(UnknownCommit)
  }
})

test('what only the commit could refuse is refused, in whatever language', async () => {
  for (const severity of ['ERROR', 'FEHLER']) {
    const refused = Promise.reject(Object.assign(withCode('23503'), { severity }))
    await expect(endOf([], refused)).rejects.toMatchObject({ code: '23503' })
  }
})

test('whether the server lives is told by its code where its language is not ours', () => {
  const said = (code: string, severity?: string) => isRefusal(Object.assign(withCode(code), { severity }))
  for (const severity of ['ERROR', 'FEHLER'])
    for (const code of ['23505', '40P01', '25P02']) expect(said(code, severity)).toBe(true)
  expect([said('53100', 'ERROR'), said('XX000', 'ERROR')]).toEqual([true, true])
  for (const code of ['57P01', '57P04', '53100', 'XX000', '25P03', '25P04'])
    expect([code, said(code, 'FATAL'), said(code, 'SCHWERWIEGEND')]).toEqual([code, false, false])
  expect([said('23505', 'FATAL'), said('23505', 'PANIC')]).toEqual([false, false])
  for (const code of ['08006', 'ECONNRESET', 'EBADF']) expect([code, said(code)]).toEqual([code, false])
})

test('a commit beside a write that is said to have failed is not taken for a rollback', async () => {
  const unsent = Promise.reject(new TypeError('a value that cannot be sent'))
  const end = endOf([unsent], Promise.resolve(true))
  await expect(end).rejects.toMatchObject({
    name: 'UnknownCommit',
    message: 'committed, and one of its writes is said to have failed',
  })
})

test('a transaction in which a read failed, and nobody said so, has not committed', async () => {
  await expect(endOf([], Promise.resolve(false))).rejects.toThrow('rolled back')
  await expect(endOf([Promise.resolve()], Promise.resolve(true))).resolves.toBeUndefined()
})

/**
 * A transaction in which each statement fails, with the code that is named for it or as refused
 * because of another.
 */
const failing = (codes: Readonly<Record<string, string>>): BatchTx => ({
  begun: Promise.resolve('2031-01-01T12:00:00.000Z'),
  commitWith: () => Promise.reject(new Error('nothing is committed')),
  query: ({ name }: Statement) => Promise.reject(withCode(codes[name] ?? '25P02')),
})

test('a load that lost a deadlock is told of, not the refusal of what was sent behind it', async () => {
  // The way of the load's failure is the longer one.
  const model = {
    ...counterModel,
    load: async (...[on, commands]: Parameters<typeof counterModel.load>) =>
      await counterModel.load(on, commands),
  }
  await expect(
    makeBatch(model, failing({ 'test.load_counters': '40P01' })).begin([job]),
  ).rejects.toMatchObject({ code: '40P01' })
})

test('an answer that could not be looked for is told of, not the load that was refused because of it', async () => {
  const tx = failing({ 'platform.read_answers': '57014' })
  await expect(makeBatch(counterModel, tx).begin([job])).rejects.toMatchObject({ code: '57014' })
})

test('where all were refused because of something else, that is told', async () => {
  await expect(makeBatch(counterModel, failing({})).begin([job])).rejects.toMatchObject({ code: '25P02' })
})
