// With the shop running: an organiser and two buyers over HTTP. One pays in time, one too late;
// prints what happened.
import type { OrderView, ShowView, TimelineView } from '@holdfast/contract'

const shopUrl = process.env.SHOP_URL ?? `http://localhost:${process.env.PORT ?? 3000}`
const holdSeconds = 4

interface Person {
  readonly name: string
  call<Body>(method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }>
}

function makePerson(name: string): Person {
  let cookie = ''
  return {
    name,
    async call<Body>(method: string, path: string, body?: unknown) {
      const response = await fetch(`${shopUrl}${path}`, {
        method,
        headers: { cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
      const text = await response.text()
      return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as Body }
    },
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

async function expectCall<Body>(
  person: Person,
  status: number,
  request: [method: string, path: string, body?: unknown],
): Promise<Body> {
  const answer = await person.call<Body>(...request)
  if (answer.status !== status)
    throw new Error(
      `${person.name}: ${request[0]} ${request[1]} answered ${answer.status} ${JSON.stringify(answer.body)}`,
    )
  return answer.body
}

async function waitForStatus(
  person: Person,
  orderId: string,
  status: OrderView['status'],
): Promise<OrderView> {
  for (let tries = 0; tries < 300; tries += 1) {
    const order = await expectCall<OrderView>(person, 200, ['GET', `/api/orders/${orderId}`])
    if (order.status === status && (status !== 'complete' || order.tickets)) return order
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${person.name}'s order did not become ${status}`)
}

async function printTimeline(person: Person, orderId: string): Promise<void> {
  const { items } = await expectCall<TimelineView>(person, 200, ['GET', `/api/orders/${orderId}/timeline`])
  for (const entry of items) {
    say(
      `  ${entry.occurredAt.slice(11, 23)}  ${entry.source.padEnd(20)} ${entry.type.padEnd(20)} ${entry.summary}`,
    )
  }
}

const running = await fetch(`${shopUrl}/healthz`).then(
  (response) => response.ok,
  () => false,
)
if (!running) {
  process.stderr.write(
    `No shop is running at ${shopUrl}. Start it with "npm start" in another terminal, then run this again.\n`,
  )
  process.exit(1)
}

const stamp = Date.now()
const organiser = makePerson('The organiser')
const anna = makePerson('Anna')
const ben = makePerson('Ben')

await expectCall(organiser, 201, [
  'POST',
  '/api/users/signup',
  { email: `organiser-${stamp}@example.com`, password: 'correct horse battery' },
])
const draft = await expectCall<ShowView>(organiser, 201, [
  'POST',
  '/api/shows',
  {
    title: 'A demonstration',
    startsAt: new Date(stamp + 7 * 86_400_000).toISOString(),
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    holdSeconds,
    ticketTypes: [{ name: 'Standing', priceMinor: 4_500, capacity: 2 }],
  },
])
const show = await expectCall<ShowView>(organiser, 200, ['POST', `/api/shows/${draft.id}/publish`])
say(`The organiser put "${show.title}" on sale: two tickets, held for ${holdSeconds} seconds.\n`)

const lines = [{ ticketTypeId: show.ticketTypes[0]?.id, quantity: 1 }]
await expectCall(anna, 201, ['POST', '/api/users/guest', { email: `anna-${stamp}@example.com` }])
await expectCall(ben, 201, ['POST', '/api/users/guest', { email: `ben-${stamp}@example.com` }])
const annas = await expectCall<OrderView>(anna, 201, ['POST', '/api/orders', { showId: show.id, lines }])
const bens = await expectCall<OrderView>(ben, 201, ['POST', '/api/orders', { showId: show.id, lines }])
await expectCall(anna, 201, ['POST', '/api/payments', { orderId: annas.id, paymentMethod: 'pm_card_visa' }])
const complete = await waitForStatus(anna, annas.id, 'complete')
say(`Anna paid in time. Her order is ${complete.status}, ticket ${complete.tickets?.[0]?.code}:`)
await printTimeline(anna, annas.id)

await waitForStatus(ben, bens.id, 'cancelled')
const late = await ben.call<{ code: string; title: string }>('POST', '/api/payments', {
  orderId: bens.id,
  paymentMethod: 'pm_card_visa',
})
say(`\nBen was too late: ${late.status} ${late.body.code} (${late.body.title}). His card was not charged:`)
await printTimeline(ben, bens.id)
