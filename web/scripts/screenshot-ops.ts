// Pictures of the operator's page: while a sale for show runs, and with something of everything
// that can wait for a person.
import type { OrderView, ShowView } from '@holdfast/contract'
import type { Page } from 'playwright-core'
import { sql } from '../../server/src/platform/postgres/database.ts'
import { newId } from '../../server/src/platform/process/clock.ts'
import { setSwitch } from '../../server/src/platform/process/switches.ts'
import { waitFor } from '../../server/test/wait.ts'
import type { OwnShop } from './own-shop.ts'
import { organiser } from './screenshot-shop.ts'

export interface Operator {
  readonly cookie: string
}

interface Stage {
  readonly url: string
  readonly shop: OwnShop
  readonly operator: Operator
}

/** The organiser of the pictures operates the shop, too. */
export async function makeOperator(url: string, shop: OwnShop, seatedId: string): Promise<Operator> {
  const { answer, cookie } = await post<{ id: string }>(`${url}/api/users/signin`, organiser)
  await shop.operate(answer.id)
  // Enough seats for every look's sale.
  const seats = [...'ABCDEFGHIJ'].flatMap((row) =>
    Array.from({ length: 28 }, (_, index) => ({ section: 'Stalls', row, number: String(index + 1) })),
  )
  const { answer: show } = await post<ShowView>(
    `${url}/api/shows`,
    {
      title: 'The Ferryman’s Wedding',
      startsAt: new Date(Date.now() + 70 * 86_400_000).toISOString(),
      timeZone: 'Europe/Berlin',
      currency: 'EUR',
      ticketTypes: [{ name: 'Stalls', priceMinor: 2_600, seats }],
    },
    cookie,
  )
  await post(`${url}/api/shows/${show.id}/publish`, {}, cookie)
  // The hall that was sold before is closed, so that the sale is at this one.
  await post(`${url}/api/shows/${seatedId}/close`, {}, cookie)
  return { cookie }
}

async function post<Answer>(
  address: string,
  body: unknown,
  cookie = '',
): Promise<{ answer: Answer; cookie: string }> {
  const headers = { 'content-type': 'application/json', cookie }
  const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${address} answered ${response.status}: ${await response.text()}`)
  return {
    answer: (await response.json()) as Answer,
    cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '',
  }
}

export async function operatorPages(
  page: Page,
  stage: Stage,
  take: (name: string) => Promise<void>,
): Promise<void> {
  const { url } = stage
  await page.goto(`${url}/sign-in?to=/ops`)
  await page.getByLabel('Email address').fill(organiser.email)
  await page.getByLabel('Password').fill(organiser.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('All clear').waitFor()
  await page.getByRole('radio', { name: '20', exact: true }).check()
  await page.getByRole('button', { name: 'Send buyers' }).click()
  const sale = page.getByRole('region', { name: 'Simulated on-sale' })
  await sale.getByText(/^(8|9|1\d) of 20 buyers/).waitFor()
  await take('ops')
  await sale.getByText(/^Last run:/).waitFor()
  const clear = await makeTrouble(stage)
  for (const text of [
    'Sales are stopped',
    'must have required',
    'waiting for the answer',
    'bad_gateway, before',
  ])
    await page.getByText(text).first().waitFor()
  await take('ops-trouble')
  await clear()
}

// A dead letter for two consumers, of an order that nobody has.
const malformed = sql(
  'pictures.malformed_event',
  `insert into platform.outbox (id, type, source, subject, version, occurred_at, correlation_id, data)
   values ($1, 'OrderCancelled', 'holdfast/orders', $2, 2, now(), $3, '{"reason": "expired"}')`,
)
/** What cannot be read waits an hour for a version that can: it is made to have waited. */
const ageEvent = sql(
  'pictures.age_event',
  `update platform.parked_deliveries p set attempts = 1000, due_at = now() from platform.outbox o
   where o.seq = p.seq and o.id = $1 and not p.dead and p.attempts < 1000 returning p.consumer`,
)
const mendEvent = sql(
  'pictures.mend_event',
  `update platform.outbox set data = json_build_object('orderId', $2::uuid, 'reason', 'expired') where id = $1`,
)

/** Gives a function that mends all of it. */
async function makeTrouble({ url, shop, operator }: Stage): Promise<() => Promise<void>> {
  const ops = (path: string, body: unknown = {}) => post(`${url}/api/ops/${path}`, body, operator.cookie)
  await ops('sandbox/faults', {
    kind: 'bad_gateway',
    when: 'before',
    op: 'payment_intents.create',
    times: 'always',
  })
  const guest = await post(`${url}/api/users/guest`, { email: 'unlucky@example.org' })
  const { items } = (await (await fetch(`${url}/api/shows?limit=1&q=Lighthouse`)).json()) as {
    items: { id: string; ticketTypes: { id: string }[] }[]
  }
  const [show] = items
  const lines = [{ ticketTypeId: show?.ticketTypes[0]?.id, quantity: 1 }]
  const { answer: order } = await post<OrderView>(
    `${url}/api/orders`,
    { showId: show?.id, lines },
    guest.cookie,
  )
  await post(`${url}/api/payments`, { orderId: order.id, paymentMethod: 'pm_card_visa' }, guest.cookie)
  const [eventId, orderId] = [newId(), newId()]
  await shop.db.query(malformed, [eventId, orderId, orderId])
  const aged = new Set<string>()
  await waitFor('both consumers put the event off', async () => {
    for (const { consumer } of await shop.db.query<{ consumer: string }>(ageEvent, [eventId]))
      aged.add(consumer)
    return aged.size === 2
  })
  await setSwitch(shop.db, 'sales_stopped', {
    isOn: true,
    reason: 'Stopped for this picture; nothing is wrong.',
  })
  return async () => {
    await setSwitch(shop.db, 'sales_stopped', { isOn: false, reason: null })
    await ops('sandbox/faults', { clear: 'all' })
    await shop.db.query(mendEvent, [eventId, orderId])
    for (const consumer of ['expiration', 'payments']) await ops(`dead-letters/${consumer}.${eventId}/replay`)
  }
}
