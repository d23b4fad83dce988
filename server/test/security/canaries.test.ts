// Canaries: secrets that stand for themselves are sent everywhere a secret may be sent, through
// what works and what fails, with logs at their most talkative. Then they are searched for in all
// that leaves the shop, and in all that it keeps.
import type { OrderView, PaymentView } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { sql } from '../../src/platform/postgres/database.ts'
import { makeLog } from '../../src/platform/process/log.ts'
import { makeClient, publishShow, showBody } from '../client.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'
import { heardOfOrder, heardOfShow } from './heard.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const bird = (name: string) => `canary${name}${crypto.randomUUID().replaceAll('-', '')}`
const canaries = {
  password: bird('password'),
  wrongPassword: bird('wrongpassword'),
  newPassword: bird('newpassword'),
  bearer: bird('bearer'),
  basic: bird('basic'),
  cookie: bird('cookie'),
  webhookSecret: `whsec_${bird('webhook')}`,
  signature: bird('signature'),
  key: bird('key'),
  confirmationToken: `ctoken_${bird('ctoken')}`,
  method: `pm_${bird('method')}`,
  cardNumber: '4242424242424242',
  verification: bird('cvc'),
  query: bird('query'),
  malformed: bird('malformed'),
  email: `${bird('mail')}@example.com`,
  guestEmail: `${bird('guest')}@example.com`,
}
/** Given out by the shop itself while it runs. */
const issued: Record<string, string> = {}

let shop: TestShop
let logged = ''
const answers: { readonly to: string; readonly status: number; readonly text: string }[] = []

type Call = [method: string, path: string, body?: unknown, headers?: Record<string, string>]

/** Asks with canaries in every header, and remembers the answer. */
async function ask(...[method, path, body, headers = {}]: Call) {
  const response = await fetch(`${shop.url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = response.headers.get('content-type')?.startsWith('text/event-stream')
    ? ''
    : await response.text()
  answers.push({ to: `${method} ${path}`, status: response.status, text })
  for (const line of response.headers.getSetCookie()) {
    const token = /holdfast=(hfs_[\w-]+)/.exec(line)?.[1]
    if (token !== undefined) issued[`session${Object.keys(issued).length}`] = token
  }
  return { status: response.status, text, cookie: response.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
}

const everyHeader = {
  authorization: `Bearer ${canaries.bearer}`,
  cookie: `holdfast=${canaries.cookie}; other=${canaries.cookie}`,
  'idempotency-key': canaries.key,
  'stripe-signature': `t=1,v1=${canaries.signature}`,
  'x-api-key': canaries.bearer,
}

async function people() {
  const { password, newPassword, wrongPassword, email, guestEmail, key } = canaries
  const account = await ask('POST', '/api/users/signup', { email, password }, { 'idempotency-key': key })
  await ask('POST', '/api/users/signup', { email, password })
  await ask('POST', '/api/users/signin', { email, password: wrongPassword })
  await ask('POST', '/api/users/signup', { email, password: { text: password } })
  await ask('POST', '/api/users/signin', { email, password, extra: password })
  const changed = await ask(
    'POST',
    '/api/users/password',
    { currentPassword: password, newPassword },
    { cookie: account.cookie },
  )
  await ask(
    'POST',
    '/api/users/password',
    { currentPassword: wrongPassword, newPassword },
    { cookie: changed.cookie },
  )
  const made = await ask('POST', '/api/users/tokens', undefined, { cookie: changed.cookie })
  issued['apiToken'] = (JSON.parse(made.text) as { token: string }).token
  const guest = await ask('POST', '/api/users/guest', { email: guestEmail })
  await links(guest.cookie)
  return { organiser: issued['apiToken'] ?? '', guest: guest.cookie }
}

/** A link from the mailbox is opened, and tried in ways that do not work. */
async function links(cookie: string) {
  const { guestEmail, newPassword } = canaries
  await ask('POST', '/api/users/links', { email: guestEmail, purpose: 'my_tickets' })
  const token = await waitFor('the link in the mailbox', async () => {
    const { text } = await ask('GET', `/api/mailbox?to=${guestEmail}`)
    return /\/l#([\w.-]+)/.exec(text)?.[1]
  })
  issued['linkToken'] = token
  const redeem = (body: unknown) => ask('POST', '/api/users/links/redeem', body, { cookie })
  await redeem({ token, more: token })
  await redeem({ token: `${token}x` })
  await ask('POST', '/api/users/password/reset', { token, password: newPassword })
  const [opened, again] = [await redeem({ token }), await redeem({ token })]
  expect([opened.status, again.status]).toEqual([200, 410])
}

async function purchase({ organiser, guest }: { organiser: string; guest: string }) {
  const seller = makeClient(shop.url)
  const call: typeof seller.call = (method, path, body) =>
    seller.call(method, path, body, { authorization: `Bearer ${organiser}` })
  const show = await publishShow({ call }, showBody())
  await heardOfShow(shop.db, show.id)
  const cookie = { cookie: guest }
  const place = async () => {
    const body = { showId: show.id, lines: [{ ticketTypeId: show.ticketTypes[0]?.id, quantity: 1 }] }
    const { text } = await ask('POST', '/api/orders', body, {
      ...cookie,
      'idempotency-key': bird('orderkey'),
    })
    const order = JSON.parse(text) as OrderView
    await heardOfOrder(shop.db, order.id)
    return order
  }
  const { confirmationToken, method, cardNumber, verification } = canaries
  const order = await place()
  const pay = (paymentMethod: unknown, more: object = {}) =>
    ask('POST', '/api/payments', { orderId: order.id, paymentMethod, ...more }, cookie)
  await pay(confirmationToken)
  await pay(method)
  await pay(cardNumber)
  await pay({ card: { number: cardNumber, cvc: verification } })
  await pay('pm_card_visa', { card: { number: cardNumber, cvc: verification } })
  await pay('pm_card_chargeDeclined')
  const challenge = JSON.parse((await pay('pm_card_authenticationRequired')).text) as PaymentView
  issued['clientSecret'] = challenge.clientSecret ?? expect.unreachable('a challenge has a client secret')
  await ask('POST', `/api/payments/${challenge.id}/advance`, undefined, cookie)
  const second = await place()
  await ask('POST', '/api/payments', { orderId: second.id, paymentMethod: 'pm_card_visa' }, cookie)
  const tickets = await waitFor('the tickets', async () => {
    const { text } = await ask('GET', `/api/orders/${second.id}`, undefined, cookie)
    return (JSON.parse(text) as OrderView).tickets
  })
  issued['ticketCode'] = tickets[0]?.code ?? ''
  await ask('POST', '/api/tickets/check-in', { code: 'NOT-A-CODE' }, { authorization: `Bearer ${organiser}` })
  await ask(
    'POST',
    `/api/orders/${second.id}/refunds`,
    { amountMinor: 100 },
    { authorization: `Bearer ${organiser}` },
  )
}

/** Every path with every header, malformed bodies, and queries that name secrets. */
async function strangers() {
  const { malformed, query, password } = canaries
  for (const path of [
    '/api/users/current',
    '/api/orders',
    '/api/nowhere',
    '/nowhere',
    '/api/orders/%ff',
    '/metrics',
    '/docs/json',
  ])
    await ask('GET', `${path}?token=${query}&password=${query}`, undefined, everyHeader)
  for (const path of [
    '/api/orders',
    '/api/payments',
    '/api/users/signin',
    '/api/payments/webhooks/stripe',
    '/api/tickets/check-in',
  ]) {
    await ask('POST', path, malformed, everyHeader)
    await ask('POST', path, `{"password":"${password}","a":${malformed}`, everyHeader)
    await ask('POST', path, `{"password":"${password}"} ${malformed}`, {
      ...everyHeader,
      'content-type': 'text/plain',
    })
  }
  await ask('GET', '/api/orders', undefined, { authorization: `Basic ${canaries.basic}` })
}

/** The database fails in the middle, and its own messages quote what was sent. */
async function failures() {
  const { email, guestEmail, password } = canaries
  await shop.db.execute(
    `alter table identity.guests add constraint no_canaries check (email not like 'canary%') not valid`,
  )
  const refused = await ask(
    'POST',
    '/api/users/guest',
    { email: guestEmail },
    { 'idempotency-key': canaries.key },
  )
  await shop.db.execute('alter table identity.guests drop constraint no_canaries')
  await shop.db.execute('alter table identity.users rename to users_away')
  const away = await ask(
    'POST',
    '/api/users/signin',
    { email, password },
    { 'idempotency-key': canaries.key },
  )
  await shop.db.execute('alter table identity.users_away rename to users')
  expect([refused.status, away.status]).toEqual([500, 500])
}

beforeAll(async () => {
  const log = makeLog('trace', { write: (line) => (logged += line) })
  const environment = { LOG_LEVEL: 'trace', STRIPE_WEBHOOK_SECRET: canaries.webhookSecret }
  shop = await startTestShop({ environment, log })
  log.trace('the log writes at its lowest level')
  await purchase(await people())
  await strangers()
  await failures()
  for (const path of [
    '/metrics',
    '/openapi.json',
    '/docs',
    '/api/shop-config',
    '/api/shows',
    '/healthz',
    '/readyz',
  ])
    await ask('GET', path)
})
afterAll(() => shop.stop())

/** Everything that is a secret, with what is made of it on the way. */
const secrets = () => Object.entries({ ...canaries, ...issued })
const found = (text: string, names: (name: string) => boolean = () => true) =>
  secrets().flatMap(([name, value]) => (names(name) && text.includes(value) ? [name] : []))
const isEmail = (name: string) => /email/i.test(name)

test('the paths were walked: things worked, were refused, and failed', () => {
  const statuses = new Set(answers.map(({ status }) => status))
  for (const status of [200, 201, 400, 401, 402, 404, 409, 415, 422, 500]) expect(statuses).toContain(status)
  expect(Object.keys(issued).length).toBeGreaterThan(5)
  expect(logged).toContain('the log writes at its lowest level')
  expect(logged).toContain('a request failed')
})

test('no log line holds a secret or an e-mail address', () => {
  expect(found(logged)).toEqual([])
  expect(logged).not.toContain('sk_test_holdfast')
  expect(logged).not.toContain('canary')
})

describe('what leaves the shop', () => {
  test('refusals and failures tell nothing of what was sent', () => {
    const refusals = answers.filter(({ status }) => status >= 400 && status !== 404)
    expect(refusals.length).toBeGreaterThan(20)
    expect(refusals.flatMap(({ to, text }) => found(text).map((name) => `${to}: ${name}`))).toEqual([])
    expect(
      answers.filter(({ status }) => status === 500).map(({ text }) => text.includes('identity')),
    ).toEqual([false, false])
  })

  test('not even a 404, which names the address, tells a secret of the query', () => {
    const unknown = answers.filter(({ status }) => status === 404)
    expect(unknown.flatMap(({ to, text }) => found(text).map((name) => `${to}: ${name}`))).toEqual([])
  })

  test('what everybody may read holds no secret', () => {
    const open = /^GET \/(metrics|openapi\.json|docs|healthz|readyz|api\/(shop-config|shows|nowhere))/
    const pages = answers.filter(({ to }) => open.test(to))
    expect(pages.length).toBeGreaterThan(7)
    expect(pages.flatMap(({ to, text }) => found(text).map((name) => `${to}: ${name}`))).toEqual([])
    expect(pages.filter(({ text }) => text.includes('sk_test_holdfast'))).toEqual([])
  })
})

test('what is kept holds no password, token, card or secret in the clear', async () => {
  const tables = await shop.db.query<{ name: string }>(
    sql(
      '',
      `select table_schema || '.' || table_name as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    ),
  )
  expect(tables.length).toBeGreaterThan(15)
  const kept: string[] = []
  let keys = 0
  const allowed: Record<string, RegExp> = {
    // Of the buyer's own choosing; the method is what the processor is asked with once more after a
    // crash.
    'payments.payments': /^(method|confirmationToken)$/,
    // The door asks by it. Events, orders and mail compute it.
    'tickets.tickets': /^ticketCode$/,
  }
  for (const { name } of tables) {
    const rows = await shop.db.query<{ text: string }>(sql('', `select t::text as text from ${name} t`))
    const text = rows.map((row) => row.text).join('\n')
    if (text.includes(canaries.key)) keys += 1
    // Keys and addresses are what the shop works with.
    const names = (each: string) => each !== 'key' && !isEmail(each) && !allowed[name]?.test(each)
    kept.push(...found(text, names).map((each) => `${name}: ${each}`))
  }
  expect(kept).toEqual([])
  // The search does find what is kept.
  expect(keys).toBeGreaterThan(0)
})
