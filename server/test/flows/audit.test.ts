// The auditor on a running shop: each invariant is broken by hand in the database, and it names the
// breach.
import type { OrderView, ShowView } from '@holdfast/contract'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { invariants } from '../../src/audit/invariants.ts'
import { runSmall } from '../../src/audit/run.ts'
import { auditNow, auditParts, expectSound } from '../audit.ts'
import {
  asGuest,
  type Client,
  expectStatus,
  pay,
  placeOrder,
  publishShow,
  readOrder,
  signUp,
} from '../client.ts'
import { holdfast } from '../command.ts'
import { itLong } from '../long.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'

let shop: TestShop
let organiser: Client
let show: ShowView

beforeAll(async () => {
  // The shop's own auditor would find the damage too, and stop the sales that the next test needs.
  shop = await startTestShop({ environment: { AUDIT_SECONDS: '0' } })
  organiser = await signUp(shop.url)
  show = await publishShow(organiser, {
    ticketTypes: [
      { name: 'Standing', priceMinor: 4_500, capacity: 500 },
      {
        name: 'Seats',
        priceMinor: 3_000,
        seats: [1, 2, 3, 4, 5, 6, 7, 8].map((number) => ({ section: '', row: 'A', number: `${number}` })),
      },
    ],
  })
})

afterAll(async () => {
  await shop.stop()
})

const run = <Row>(text: string, values: readonly unknown[] = []) =>
  shop.db.query<Row>({ name: '', text }, values)

/** A paid order with its tickets. */
async function complete(quantity = 2): Promise<OrderView> {
  const buyer = await asGuest(shop.url)
  const order = expectStatus(await placeOrder(buyer, show, quantity), 201)
  expectStatus(await pay(buyer, order.id), 201)
  return waitFor('the tickets', async () => {
    const now = await readOrder(buyer, order.id)
    return now.tickets && now
  })
}

/** At the counter, for cash. */
async function sold(): Promise<OrderView> {
  const lines = [{ ticketTypeId: show.ticketTypes[0]?.id, quantity: 1 }]
  const path = `/api/shows/${show.id}/sales`
  return expectStatus(await organiser.call<OrderView>('POST', path, { lines, tender: 'cash' }), 201)
}

async function seated(seat: number): Promise<OrderView> {
  const buyer = await asGuest(shop.url)
  const type = show.ticketTypes[1]
  const lines = [{ ticketTypeId: type?.id, seatIds: [type?.seats?.[seat]?.id] }]
  return expectStatus(await buyer.call<OrderView>('POST', '/api/orders', { showId: show.id, lines }), 201)
}

async function cancelled(): Promise<OrderView> {
  const buyer = await asGuest(shop.url)
  const order = expectStatus(await placeOrder(buyer, show), 201)
  return expectStatus(await buyer.call<OrderView>('DELETE', `/api/orders/${order.id}`), 200)
}

async function refunded(): Promise<OrderView> {
  const order = await complete()
  expectStatus(await organiser.call('POST', `/api/orders/${order.id}/refunds`, {}), 201)
  await waitFor(
    'the refund',
    async () =>
      (await run<{ status: string }>('select status from orders.orders where id = $1', [order.id]))[0]
        ?.status === 'refunded',
  )
  await waitFor(
    'the tickets void',
    async () =>
      (await run(`select 1 from tickets.tickets where order_id = $1 and status <> 'void'`, [order.id]))
        .length === 0,
  )
  return order
}

const paymentOf = async (orderId: string) =>
  (await run<{ id: string }>('select id from payments.payments where order_id = $1', [orderId]))[0]?.id ?? ''

/** How to break each invariant, and how to mend it again. Gives what the breach must name. */
const damages: Record<string, () => Promise<{ key: string; mend: () => Promise<unknown> }>> = {
  async stock_adds_up() {
    const [pool] = await run<{ id: string }>(
      `update orders.pools set sold = sold + 1 where show_id = $1 and capacity = 500 returning id`,
      [show.id],
    )
    return {
      key: pool?.id ?? '',
      mend: () => run(`update orders.pools set sold = sold - 1 where id = $1`, [pool?.id]),
    }
  },
  async seats_have_one_order() {
    const order = await seated(0)
    const [seat] = await run<{ id: string }>(
      `update orders.seats set state = 'available', order_id = null where order_id = $1 returning id`,
      [order.id],
    )
    return {
      key: order.id,
      mend: () =>
        run(`update orders.seats set state = 'held', order_id = $1 where id = $2`, [order.id, seat?.id]),
    }
  },
  async one_code_per_seat() {
    // A seat sold again while the ticket of the one before still opens a door.
    const [first, second] = [await complete(), await complete()]
    const seat = show.ticketTypes[1]?.seats?.[0]
    const give = (id: string | null) =>
      run('update tickets.tickets set seat_id = $2 where order_id = any($1::uuid[])', [
        [first.id, second.id],
        id,
      ])
    await give(seat?.id ?? null)
    return { key: seat?.id ?? '', mend: () => give(null) }
  },
  async code_uses_add_up() {
    const made = await organiser.call<{ items: { id: string }[] }>('POST', `/api/shows/${show.id}/codes`, {
      percentBps: 1_000,
      uses: 5,
    })
    const id = expectStatus(made, 201).items[0]?.id ?? ''
    await run('update orders.code_pools set used = 1 where id = $1', [id])
    return { key: id, mend: () => run('update orders.code_pools set used = 0 where id = $1', [id]) }
  },
  async complete_is_paid() {
    const order = await complete()
    await run(`update orders.orders set total_minor = total_minor + 1 where id = $1`, [order.id])
    return {
      key: order.id,
      mend: () => run(`update orders.orders set total_minor = total_minor - 1 where id = $1`, [order.id]),
    }
  },
  async tender_is_known() {
    const order = await sold()
    const name = (tender: string) =>
      run(`update orders.orders set tender = $2 where id = $1`, [order.id, tender])
    await name('terminal')
    return { key: order.id, mend: () => name('cash') }
  },
  async refunded_is_returned() {
    const order = await refunded()
    const change = (by: number) =>
      run(`update payments.payments set refunded_minor = refunded_minor + $2 where order_id = $1`, [
        order.id,
        by,
      ])
    await change(-1)
    return { key: order.id, mend: () => change(1) }
  },
  async shares_add_up() {
    const order = await complete()
    const share = (back: string | null) =>
      run(`update orders.orders set back = $2 where id = $1`, [order.id, back])
    await share('[1]')
    return { key: order.id, mend: () => share(null) }
  },
  async cancelled_costs_nothing() {
    const order = await complete()
    await run(
      `update orders.orders set status = 'cancelled', cancel_reason = 'expired', payment_id = null where id = $1`,
      [order.id],
    )
    return {
      key: order.id,
      mend: async () =>
        run(
          `update orders.orders set status = 'complete', cancel_reason = null, payment_id = $2 where id = $1`,
          [order.id, await paymentOf(order.id)],
        ),
    }
  },
  async nothing_left_authorized() {
    const order = await complete()
    await run(`update payments.payments set authorized_minor = amount_minor where order_id = $1`, [order.id])
    return {
      key: order.id,
      mend: () => run(`update payments.payments set authorized_minor = 0 where order_id = $1`, [order.id]),
    }
  },
  async paid_never_expires() {
    const order = await complete()
    // Nobody acts on it: only the stream tells.
    const [event] = await run<{ id: string }>(
      `with told as (
         insert into platform.outbox (id, type, source, subject, version, occurred_at, correlation_id, data)
         values (gen_random_uuid(), 'OrderCancelled', 'holdfast/orders', $1::uuid, 99, now(), $2::text, json_build_object('orderId', $2::text, 'reason', 'expired')) returning id
       ), heard as (
         insert into platform.inbox (consumer, event_id) select consumer, id from told cross join unnest(array['payments', 'expiration']) as consumer
       )
       select id from told`,
      [order.id, order.id],
    )
    return { key: order.id, mend: () => run(`delete from platform.outbox where id = $1`, [event?.id]) }
  },
  async mails_come_to_rest() {
    const order = await complete()
    await waitFor('the mail of the order', async () => {
      const found = await run(`select 1 from mail.mails where order_id = $1 and state = 'sent'`, [order.id])
      return found.length > 0
    })
    await run(`delete from mail.mailbox b using mail.mails m where m.id = b.mail_id and m.order_id = $1`, [
      order.id,
    ])
    await run(`delete from mail.mails where order_id = $1`, [order.id])
    return { key: order.id, mend: () => run(`delete from mail.orders where id = $1`, [order.id]) }
  },
  async one_charge_kept() {
    const order = await complete()
    const second = crypto.randomUUID()
    await run(
      `insert into payments.payments (id, order_id, buyer_id, organiser_id, amount_minor, currency, payment_method, status, captured_minor, version, fence, open, created_at)
       select $2, order_id, buyer_id, organiser_id, amount_minor, currency, payment_method, 'captured', 100, 1, 1, false, now() from payments.payments where order_id = $1`,
      [order.id, second],
    )
    return { key: order.id, mend: () => run(`delete from payments.payments where id = $1`, [second]) }
  },
  async charges_have_an_order() {
    const order = await complete()
    const id = await paymentOf(order.id)
    await run(`update payments.payments set captured_minor = 0 where id = $1`, [id])
    return {
      key: `captured_differs:${id}`,
      mend: () => run(`update payments.payments set captured_minor = amount_minor where id = $1`, [id]),
    }
  },
  async ledger_agrees() {
    const order = await complete()
    const change = (by: number) =>
      run(
        `update payments.ledger_entries set posted_minor = posted_minor + $2 where order_id = $1 and kind = 'capture'`,
        [order.id, by],
      )
    await change(1)
    return { key: order.id, mend: () => change(-1) }
  },
  async clearing_is_empty() {
    const order = await complete()
    const id = await paymentOf(order.id)
    await run(
      `insert into payments.ledger_entries (source_id, kind, payment_id, order_id, debit_account, credit_account, currency, posted_minor, pending_minor, effective_at)
       values ($1, 'refund_request', $1, $2, 'organiser_payable:x', 'clearing:refunds', 'EUR', 5, 0, now())`,
      [id, order.id],
    )
    return {
      key: order.id,
      mend: () =>
        run(`delete from payments.ledger_entries where source_id = $1 and kind = 'refund_request'`, [id]),
    }
  },
  async events_take_effect() {
    const order = await complete()
    // Where a consumer has saved that it came by, and the event has no effect, it is lost. Before
    // that it may be on its way.
    await waitFor(
      'a saved position behind the event',
      async () =>
        (
          await run(
            `select 1 from platform.cursors c join platform.outbox o on o.correlation_id = $1 and o.type = 'OrderCompleted'
             where c.consumer = 'tickets' and c.window_to is null and c.window_from > o.settled_xid`,
            [order.id],
          )
        ).length > 0,
    )
    const [lost] = await run<{ event_id: string }>(
      `delete from platform.inbox i using platform.outbox o
       where o.id = i.event_id and o.correlation_id = $1 and o.type = 'OrderCompleted' and i.consumer = 'tickets' returning i.event_id`,
      [order.id],
    )
    return {
      key: order.id,
      mend: () =>
        run(`insert into platform.inbox (consumer, event_id) values ('tickets', $1)`, [lost?.event_id]),
    }
  },
  async events_in_order() {
    const order = await complete()
    const change = (by: number) =>
      run(
        `update platform.outbox set version = version + $2 where correlation_id = $1 and type = 'OrderCreated'`,
        [order.id, by],
      )
    await change(5)
    return { key: order.id, mend: () => change(-5) }
  },
  async tickets_match() {
    const order = await complete()
    const mark = (status: string) =>
      run(`update tickets.tickets set status = $2 where order_id = $1`, [order.id, status])
    await mark('void')
    return { key: order.id, mend: () => mark('valid') }
  },
  async orders_come_to_rest() {
    const buyer = await asGuest(shop.url)
    const order = expectStatus(await placeOrder(buyer, show), 201)
    // Its timer is gone, so nobody ends it.
    await run(`update expiration.timers set status = 'stopped' where order_id = $1`, [order.id])
    await run(`update orders.orders set expires_at = now() - interval '1 hour' where id = $1`, [order.id])
    return { key: order.id, mend: () => buyer.call('DELETE', `/api/orders/${order.id}`) }
  },
}

beforeEach(async () => {
  await run(`delete from platform.switches`)
  await shop.platform.switches.refresh()
})

it('a shop with orders of every kind is sound', async () => {
  await Promise.all([complete(), complete(1), cancelled(), refunded(), seated(7), sold()])
  await expectSound(shop)
})

it('there is a way to break every invariant', () => {
  expect(Object.keys(damages).toSorted()).toEqual(invariants.map(({ name }) => name).toSorted())
})

it.each(invariants.map(({ name, stopsSales }) => [name, stopsSales] as const))(
  '%s: a breach is named, and is over when it is mended',
  async (name, stopsSales) => {
    const { key, mend } = (await damages[name]?.()) ?? { key: 'none', mend: () => Promise.resolve() }
    // An order whose last event is still on its way proves nothing yet.
    const report = await waitFor(`the breach of ${name}`, async () => {
      const found = await auditNow(shop)
      return found.news.length > 0 && found
    })
    expect(report.news.map(({ invariant, key: found }) => [invariant, found])).toContainEqual([name, key])
    const stopped = await run(`select 1 from platform.switches where name = 'sales_stopped' and is_on`)
    if (stopsSales) expect(stopped).toHaveLength(1)
    // The second time it is no news, but still there.
    const again = await auditNow(shop)
    expect(again.news).toEqual([])
    expect(again.breaches.map(({ invariant, key: found }) => [invariant, found])).toContainEqual([name, key])
    await mend()
    const mended = await waitFor('the breach over', async () => {
      const after = await auditNow(shop)
      return after.breaches.length === 0 && after
    })
    expect(mended.breaches).toEqual([])
  },
)

it.each([
  [
    'complete_is_paid',
    'payments forgets what staff took',
    'update payments.payments set captured_minor = captured_minor + $2 where order_id = $1',
  ],
  [
    'ledger_agrees',
    'the ledger has it otherwise',
    `update payments.ledger_entries set posted_minor = posted_minor + $2 where order_id = $1 and kind = 'capture'`,
  ],
])('%s of money taken elsewhere: %s', async (name, _what, change) => {
  const order = await sold()
  await run(change, [order.id, -1])
  await waitFor('the breach', async () =>
    (await auditNow(shop)).breaches.some(({ invariant, key }) => invariant === name && key === order.id),
  )
  await run(change, [order.id, 1])
  await waitFor('the breach over', async () => (await auditNow(shop)).breaches.length === 0)
})

it('an event of a type that the version which reads does not hear is not lost: it waits', async () => {
  const { key, mend } = (await damages['events_take_effect']?.()) ?? {
    key: 'none',
    mend: () => Promise.resolve(),
  }
  const heard = (from: string) =>
    run(
      `update platform.cursors set heard = json_build_object('ChargeRefunded', null, 'OrderCompleted', ${from}) where consumer = 'tickets'`,
    )
  const keys = async () => (await auditNow(shop)).breaches.map((breach) => breach.key)
  await waitFor('the breach', async () => (await keys()).includes(key))
  await heard('0')
  await waitFor('no breach', async () => (await keys()).length === 0)
  await heard('null')
  await waitFor('the breach again', async () => (await keys()).includes(key))
  await mend()
  await waitFor('the breach over', async () => (await keys()).length === 0)
})

it('the small run finds damage where an event was told, and elsewhere as it goes round', async () => {
  const parts = auditParts(shop, { confirmMs: 50, books: null })
  const settled = await complete()
  await waitFor('nothing', async () => (await runSmall(parts)).breaches.length === 0)
  for (const name of [
    'events_take_effect',
    'ledger_agrees',
    'tickets_match',
    'events_in_order',
    'orders_come_to_rest',
  ]) {
    const { key, mend } = (await damages[name]?.()) ?? { key: 'none', mend: () => Promise.resolve() }
    const found = await waitFor(`the breach of ${name}`, async () => {
      const { breaches } = await runSmall(parts)
      return breaches.length > 0 && breaches
    })
    expect(found.map((breach) => [breach.invariant, breach.key])).toEqual([[name, key]])
    await mend()
    await waitFor('the breach over', async () => (await runSmall(parts)).breaches.length === 0)
    await run(`delete from platform.switches`)
    await shop.platform.switches.refresh()
  }
  // No event tells of this one.
  await run(`update orders.orders set total_minor = total_minor + 1 where id = $1`, [settled.id])
  await waitFor('the breach found on the way round', async () =>
    (await runSmall(parts)).breaches.some(({ key }) => key === settled.id),
  )
  await run(`update orders.orders set total_minor = total_minor - 1 where id = $1`, [settled.id])
  await waitFor('the breach over', async () => (await runSmall(parts)).breaches.length === 0)
})

it('a processor that cannot be asked leaves that part unchecked, and hides no breach of the rest', async () => {
  const { key, mend } = (await damages['tickets_match']?.()) ?? { key: 'none', mend: () => Promise.resolve() }
  const broken = { compare: () => Promise.reject(new Error('no such host')) }
  const report = await waitFor('the breach', async () => {
    const found = await auditNow(shop, { books: broken })
    return found.breaches.length > 0 && found
  })
  expect(report).toMatchObject({
    books: 'unreachable',
    failure: { message: 'no such host' },
    breaches: [{ invariant: 'tickets_match', key }],
  })
  expect(await run(`select 1 from platform.switches where is_on`)).toHaveLength(1)
  await mend()
  await waitFor('the breach over', async () => (await auditNow(shop)).breaches.length === 0)
})

itLong(
  'a show with many orders is added up in stretches, and what changes in them is still seen',
  async () => {
    const big = await publishShow(organiser, {
      ticketTypes: [{ name: 'Field', priceMinor: 100, capacity: 20_000 }],
    })
    const [pool] = await waitFor('the show on sale', async () => {
      const pools = await run<{ id: string }>('select id from orders.pools where show_id = $1', [big.id])
      return pools.length === 1 && pools
    })
    const line = {
      ticketTypeId: big.ticketTypes[0]?.id,
      name: 'Field',
      takes: [{ poolId: pool?.id, count: 1 }],
      quantity: 1,
      unitPriceMinor: 100,
    }
    await run(
      `with placed as (
       insert into orders.orders (id, version, status, buyer_id, buyer_email, show_id, lines, total_minor, currency, created_at, expires_at, hold_seconds)
       select uuidv7(), 1, 'created', gen_random_uuid(), 'a@example.com', $1::uuid, $2::json, 100, 'EUR', now(), now() + interval '1 day', 900
       from generate_series(1, 11000) returning id)
     update orders.pools set held = (select count(*) from placed) where id = $3`,
      [big.id, JSON.stringify([line]), pool?.id],
    )
    const parts = auditParts(shop, { confirmMs: 50, books: null })
    const stretches = async () =>
      (
        await run<{ fresh_looks: number }>('select fresh_looks from audit.stretches where show_id = $1', [
          big.id,
        ])
      ).map((row) => row.fresh_looks)
    await waitFor('both stretches trusted', async () => {
      expect((await runSmall(parts)).breaches).toEqual([])
      const looks = await stretches()
      return looks.length === 2 && looks.every((freshLooks) => freshLooks === 0)
    })
    const untilBreaches = (count: number) =>
      waitFor(`${count} breaches`, async () => (await runSmall(parts)).breaches.length === count)

    const change = (by: number) =>
      run('update orders.pools set held = held + $2 where id = $1', [pool?.id, by])
    await change(1)
    await untilBreaches(1)
    await change(-1)
    await untilBreaches(0)

    // The oldest order and nothing else: no event tells of it, and its stretch was added up long ago.
    const first = 'select id from orders.orders where show_id = $1 order by id limit 1'
    await run(
      `update orders.orders set status = 'cancelled', cancel_reason = 'buyer' where id = (${first})`,
      [big.id],
    )
    await untilBreaches(1)
    await change(-1)
    await untilBreaches(0)
  },
)

it('npm run audit tells the same, proposes what to do, and changes nothing', async () => {
  const audit = (...options: string[]) => {
    return holdfast(['audit', ...options], { ...shop.environment, DATABASE_URL: shop.db.url })
  }
  expect(await audit()).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/stock_adds_up +holds/) as string,
  })
  const { key, mend } = (await damages['tickets_match']?.()) ?? { key: 'none', mend: () => Promise.resolve() }
  const seen = await audit('--json', '--repair')
  expect(seen.status).toBe(1)
  const { breaches } = JSON.parse(seen.stdout) as {
    breaches: { key: string; repair: { words: string; safe: boolean } }[]
  }
  expect(breaches).toMatchObject([
    { key, repair: { safe: true, words: expect.stringContaining('replay') as string } },
  ])
  expect((await audit('--repair')).stdout).toContain('Safe to do:')
  expect(await run(`select 1 from platform.switches where is_on`)).toEqual([])
  expect(
    await run(`select 1 from tickets.tickets where order_id = $1 and status = 'void'`, [key]),
  ).not.toEqual([])
  await mend()
  expect((await audit('--mend')).status).toBe(2)
})
