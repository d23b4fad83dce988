// The built-in mailbox fills no disk: it keeps the newest mails, and those not for ever.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { newId, systemClock } from '../../platform/process/clock.ts'
import { mailboxKeeps, makeMailboxCarrier } from './mailbox.ts'

let db: TestDatabase
const mailId = newId()
beforeAll(async () => {
  db = await makeTestDatabase(['mail'])
  const text = `insert into mail.mails (id, kind, fact, recipient, language, content, state, attempts, fence, queued_at, version)
    values ($1, 'sign_in', 'link:1', 'ann@example.com', 'en', '{}', 'sent', 1, 1, now(), 1)`
  await db.query({ name: '', text }, [mailId])
})
afterAll(() => db.drop())
beforeEach(() => db.execute('truncate mail.mailbox restart identity'))

const message = { id: mailId } as Parameters<ReturnType<typeof makeMailboxCarrier>['send']>[0]
const fill = (count: number, days = 0) =>
  db.query(
    {
      name: '',
      text: `insert into mail.mailbox (mail_id, received_at)
        select $1, now() - $3 * interval '1 day' from generate_series(1, $2::int)`,
    },
    [mailId, count, days],
  )
const ids = async () =>
  (await db.query<{ id: string }>({ name: '', text: 'select id from mail.mailbox order by id' })).map(
    ({ id }) => Number(id),
  )

test('the newest are kept, and no more of them, however many come', async () => {
  await fill(mailboxKeeps.newest + 500)
  const carrier = makeMailboxCarrier({ db, clock: systemClock })
  await carrier.send(message)
  expect(await ids()).toEqual(Array.from({ length: mailboxKeeps.newest }, (_, index) => index + 502))
  await fill(250)
  for (let sent = 1; sent <= 100; sent += 1) await carrier.send(message)
  expect((await ids()).length).toBe(mailboxKeeps.newest)
  expect((await ids()).at(-1)).toBe(mailboxKeeps.newest + 500 + 1 + 250 + 100)
})

test('what is older than a month goes, also of few', async () => {
  await fill(3, mailboxKeeps.days + 1)
  await fill(2, mailboxKeeps.days - 1)
  await makeMailboxCarrier({ db, clock: systemClock }).send(message)
  expect(await ids()).toEqual([4, 5, 6])
})
