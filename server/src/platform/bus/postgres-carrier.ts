// The bus on Postgres: the outbox table itself, read by each consumer below the snapshot horizon;
// other processes are woken by NOTIFY. Events are never changed; what all have read is removed later.

import { type Connection, sql } from '../postgres/database.ts'
import type { Bus } from './bus.ts'
import { type Carrier, type CarrierParts, makeHintSender } from './carrier.ts'
import { type BusOptions, makeBusWith } from './make-bus.ts'
import { readNextPage } from './store.ts'

const hintChannel = 'holdfast_events'
const notifyHint = sql('platform.notify_hint', `select pg_notify('${hintChannel}', $1)`)

export function makePostgresBus(options: BusOptions): Bus {
  return makeBusWith((parts) => makePostgresCarrier(options, parts), options)
}

function makePostgresCarrier({ clock, log }: BusOptions, { wake }: CarrierParts): Carrier {
  let connection: Connection | undefined
  // Not with each commit: every NOTIFY takes a lock that all commits share.
  const sender = makeHintSender(clock.elapsedMs, (types) => {
    connection
      ?.query(notifyHint, [types.join(',')])
      .catch((error: Error) => log.debug({ err: error }, 'a hint was not sent'))
  })
  return {
    async attach(lent) {
      connection = lent
      lent.onLost(() => {
        if (connection === lent) connection = undefined
      })
      await lent.listen(hintChannel, (payload) =>
        wake(payload === '' ? undefined : new Set(payload.split(','))),
      )
    },
    read: ({ db, ...query }) => ({ next: (position) => readNextPage(db, { position, ...query }) }),
    hint(types) {
      wake(types)
      sender.hint(types)
    },
    async stop() {
      sender.stop()
    },
  }
}
