// The built-in mailbox as a carrier: a mail that arrives is a row, and faults come on demand. What
// is read in it is written again from its mail, so that no link and no code is stored.
import { type Database, type Queryable, sql } from '../../platform/postgres/database.ts'
import type { Clock } from '../../platform/process/clock.ts'
import type { Answer } from '../domain/answers.ts'
import type { Carrier } from './carrier.ts'

const takeFault = sql(
  'mail.take_mailbox_fault',
  `update mail.mailbox_faults set times = times - 1
   where kind = (select kind from mail.mailbox_faults where times > 0 order by kind limit 1 for update skip locked)
   returning kind`,
)
const receive = sql('mail.receive', `insert into mail.mailbox (mail_id) values ($1)`)
const delayedMs = 3_000

/** Nobody empties the mailbox: it keeps this many, for so long. */
export const mailboxKeeps = { newest: 1_000, days: 30 }
const deliveriesPerTidying = 100
const removedAtOnce = 1_000
const removeOld = sql(
  'mail.remove_old_of_mailbox',
  `delete from mail.mailbox where id in (
     select id from mail.mailbox
     where id <= (select id from mail.mailbox order by id desc offset $1 limit 1)
       or received_at < now() - $2 * interval '1 day'
     order by id limit $3)`,
)

export type MailboxFault = 'refuse' | 'delay' | 'lose_answer'

export function makeMailboxCarrier({ db, clock }: { db: Database; clock: Clock }): Carrier {
  let deliveries = 0
  return {
    async send({ id }): Promise<Answer> {
      const [fault] = await db.query<{ kind: MailboxFault }>(takeFault)
      if (fault?.kind === 'refuse') return { kind: 'refused', reason: '550 refused on demand' }
      if (fault?.kind === 'delay') await clock.sleep(delayedMs)
      await db.query(receive, [id])
      if (deliveries % deliveriesPerTidying === 0) await tidyMailbox(db)
      deliveries += 1
      return fault?.kind === 'lose_answer'
        ? { kind: 'deferred', reason: 'the answer was lost on demand' }
        : { kind: 'accepted' }
    },
    close: () => undefined,
  }
}

/** Takes away the oldest beyond what is kept, some at a time. */
async function tidyMailbox(db: Queryable): Promise<void> {
  await db.query(removeOld, [mailboxKeeps.newest, mailboxKeeps.days, removedAtOnce])
}
