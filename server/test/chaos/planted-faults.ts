// The faults that planted.ts puts into the real code, one after the other: which text gives way to
// which.

export interface Planted {
  readonly name: string
  /** What goes wrong, and in which race. */
  readonly story: string
  readonly file: string
  readonly from: string
  readonly to: string
}

export const plantedFaults: readonly Planted[] = [
  {
    name: 'none',
    story: 'nothing is planted: the same run must find nothing',
    file: 'server/src/payments/processor/stripe.ts',
    from: '// The card processor through its SDK',
    to: '// The card processor through its SDK',
  },
  {
    name: 'forgotten-void',
    story:
      'a claim is rejected, because another card or the timer was faster, and the authorization is not given back',
    file: 'server/src/payments/domain/order-news.ts',
    from: `const facts = payment.claim === null ? giveBack(records, payment, command.reason) : []`,
    to: `const facts: PaymentFact[] = []`,
  },
  {
    name: 'new-key-each-time',
    story: 'the processor took the money, the answer was lost, and the shop asks again with another key',
    file: 'server/src/payments/processor/stripe.ts',
    from: `return toIntent(await stripe.paymentIntents.create(params, { idempotencyKey: key }))`,
    to: 'return toIntent(await stripe.paymentIntents.create(params, { idempotencyKey: `${key}:${Date.now()}` }))',
  },
  {
    name: 'mark-before-effect',
    story: 'a consumer remembers that it has read a page before it has handled it, and dies in between',
    file: 'server/src/platform/bus/consumer.ts',
    from: `      await handler.handlePage(page.rows)`,
    to: `      bookmark.moveTo(page.next, true)\n      await bookmark.save()\n      await handler.handlePage(page.rows)`,
  },
  {
    name: 'past-the-horizon',
    story:
      'a consumer reads events beside transactions that are still running, and passes by what they commit later',
    file: 'server/src/platform/bus/store.ts',
    from: '`with horizon as (select pg_snapshot_xmin(pg_current_snapshot())',
    to: '`with horizon as (select pg_snapshot_xmax(pg_current_snapshot())',
  },
  {
    name: 'forgotten-answer',
    story:
      'the answer to a hold is not kept under its key: asked again after a lost reply, a second order is made',
    file: 'server/src/platform/commands/idempotency.ts',
    from: `return writeRows(storeAnswersStatement, answers)`,
    to: `return writeRows(storeAnswersStatement, [])`,
  },
  {
    name: 'answer-before-disk',
    story: 'orders are acknowledged before they are on the disk, and the database is killed',
    file: 'server/src/platform/postgres/database.ts',
    from: `    query_timeout: queryTimeoutMs,`,
    to: `    query_timeout: queryTimeoutMs,\n    options: '-c synchronous_commit=off',`,
  },
]
