// The auditor, put together for one process: reads every service's schema, writes its own, stops
// sales on a breach. No service: it sends no events and hears none.
import { type Books, makeBooks } from '../payments/processor/books.ts'
import { makeReadMark } from '../payments/processor/marks.ts'
import { migrationsOf } from '../platform/postgres/migrate.ts'
import type { Platform } from '../service.ts'
import { type AuditWorker, makeAuditWorker } from './worker.ts'

export const auditMigrations = migrationsOf('audit')

export interface Audit {
  readonly worker: AuditWorker
  readonly books: Books
}

export function makeAudit({ db, clock, log, metrics, config }: Platform): Audit {
  const books = makeBooks(config.processor, makeReadMark(db))
  return {
    books,
    worker: makeAuditWorker({ db, clock, log, metrics, books, everySeconds: config.auditSeconds }),
  }
}
