// An operator looks after the shop and fires a sale to watch, in a real browser on a real shop.
// Strangers find nothing.
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { OrderView, PaymentView, ShowView } from '@holdfast/contract'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { seedDemo } from '../../server/src/boot/demo/seed.ts'
import { serveBuiltWeb } from '../../server/src/pages/shows.ts'
import { offerOperatorLink } from '../../server/src/platform/http/links/operator-link.ts'
import { demoAccountFile } from '../../server/src/platform/http/operators.ts'
import { sql } from '../../server/src/platform/postgres/database.ts'
import { newId } from '../../server/src/platform/process/clock.ts'
import { setSwitch } from '../../server/src/platform/process/switches.ts'
import { asGuest, expectStatus, pay, placeOrder } from '../../server/test/client.ts'
import { startTestShop, type TestShop } from '../../server/test/shop.ts'
import { waitFor } from '../../server/test/wait.ts'
import { openBrowser, openContext, type WatchedContext } from './browser.ts'
import { expectAccessible, shown } from './steps.ts'

let shop: TestShop
let url: string
let operator: { readonly email: string; readonly password: string }
let browser: Browser
let watched: WatchedContext
let page: Page

beforeAll(async () => {
  ;[shop, browser] = await Promise.all([
    startTestShop({
      environment: { DEMO: '1' },
      extend: (app) => serveBuiltWeb(app, { publicUrl: 'http://localhost' }),
    }),
    openBrowser(),
  ])
  url = `http://localhost:${(shop.app.server.address() as AddressInfo).port}`
  const { config } = shop.platform
  await seedDemo(shop, config)
  operator = JSON.parse(await readFile(join(config.dataDirectory, demoAccountFile), 'utf8'))
})
afterAll(async () => {
  await browser.close()
  await shop.stop()
})
beforeEach(async () => {
  watched = await openContext(browser)
  page = await watched.page()
})
afterEach(async () => {
  const { complaints, context } = watched
  await context.close()
  expect(complaints, 'violations of the content security policy, and errors nobody caught').toEqual([])
})

async function signIn(who: Page): Promise<void> {
  await who.goto(`${url}/sign-in?to=/ops`)
  await who.locator('input[type=email]').fill(operator.email)
  await who.locator('input[type=password]').fill(operator.password)
  await who.locator('button[type=submit]').click()
  await who.getByRole('heading', { level: 1, name: /Operations|Betrieb/ }).waitFor()
}

const section = (name: string) => page.getByRole('region', { name, exact: true })
const cardOf = (name: string) =>
  page.locator('dl > div').filter({ has: page.getByText(name, { exact: true }) })

it('is not there for strangers, nor for people who sell but do not operate', async () => {
  await page.goto(`${url}/ops`)
  await shown(page, 'Page not found')
  await expectAccessible(page, 'operations for a stranger')
  await watched.context.request.post(`${url}/api/users/signup`, {
    data: { email: 'not-the-operator@example.org', password: 'a long password' },
  })
  await page.goto(`${url}/ops`)
  await shown(page, 'Page not found')
})

it('is there for whoever opens the link of the first operator, signs up and presses its button', async () => {
  const token = await offerOperatorLink(shop.db)
  await page.goto(`${url}/l#${token}`)
  await page.getByRole('main').getByRole('link', { name: 'Sign in', exact: true }).click()
  await page.getByRole('button', { name: 'No account yet? Create one' }).click()
  await page.locator('input[type=email]').fill('first@example.org')
  await page.locator('input[type=password]').fill('a long password')
  await page.locator('button[type=submit]').click()
  await page.getByText('Your account: first@example.org').waitFor()
  await expectAccessible(page, 'the link of the first operator')
  expect(page.url()).not.toContain(token)
  await page.getByRole('button', { name: 'Become operator' }).click()
  await page.getByRole('heading', { level: 1, name: 'Operations' }).waitFor()
  await page.goto(`${url}/l`)
  await page.getByText('This link is incomplete').waitFor()
})

it('shows services and event flow, and a sale that is fired moves seats, figures and events', async () => {
  await signIn(page)
  for (const service of ['identity', 'tickets', 'orders', 'expiration', 'payments', 'mail'])
    await section('Services')
      .getByRole('listitem')
      .filter({ hasText: service })
      .getByText('Up', { exact: true })
      .waitFor()
  for (const consumer of ['expiration', 'mail', 'orders', 'payments', 'tickets'])
    await section('Events')
      .getByRole('row', { name: new RegExp(`^${consumer} `) })
      .waitFor()
  await cardOf('Auditor').getByText('All clear').waitFor()
  await expectAccessible(page, 'operations at rest')

  const sale = section('Simulated on-sale')
  await sale.getByText('Not run yet.').waitFor()
  const seats = sale.getByRole('img', { name: /^Seats of Small Boats, Big Sea/ })
  expect(await seats.getAttribute('aria-label')).toContain('112 free, 0 held, 0 sold')
  await sale.getByRole('radio', { name: '20', exact: true }).check()
  await sale.getByRole('button', { name: 'Send buyers' }).click()
  await sale.getByRole('button', { name: 'Running…' }).waitFor()
  await waitFor('seats sold before our eyes', async () =>
    / [1-9]\d* sold$/.test((await seats.getAttribute('aria-label')) ?? ''),
  )
  await sale.getByText(/^Last run:/).waitFor()
  await expectAccessible(page, 'operations after a sale')
  const figure = async (name: string) =>
    Number(await sale.locator('dl > div').filter({ hasText: name }).locator('dd').first().innerText())
  const [got, refused, failed] = await Promise.all(['Held tickets', 'Too late', 'Failed'].map(figure))
  expect([(got ?? 0) + (refused ?? 0), failed]).toEqual([20, 0])
})

const insertEvent = sql(
  'test.insert_event',
  `insert into platform.outbox (id, type, source, subject, version, occurred_at, correlation_id, data)
   values ($1, 'OrderCancelled', 'holdfast/orders', $2, 2, now(), $3, '{"reason": "of its own"}')`,
)
const mendEvent = sql(
  'test.mend_event',
  `update platform.outbox set data = json_build_object('orderId', $2::uuid, 'reason', 'expired') where id = $1`,
)

// What cannot be read waits an hour for a version that can: it is made to have waited.
const countParked = sql(
  'test.count_parked',
  `select p.seq from platform.parked_deliveries p join platform.outbox o on o.seq = p.seq where o.id = $1`,
)
const ageParked = sql(
  'test.age_parked',
  `update platform.parked_deliveries p set attempts = 1000, due_at = now() from platform.outbox o where o.seq = p.seq and o.id = $1`,
)

it('replays an event that a consumer gave up, once its cause is mended', async () => {
  await signIn(page)
  const letters = section('Dead letters')
  await letters.getByText('No dead letters.').waitFor()
  const [eventId, orderId] = [newId(), newId()]
  await shop.db.query(insertEvent, [eventId, orderId, orderId])
  await waitFor(
    'the tries of all consumers',
    async () => (await shop.db.query(countParked, [eventId])).length === 3,
  )
  await shop.db.query(ageParked, [eventId])
  const replay = letters.getByRole('button', { name: 'Replay OrderCancelled for expiration' })
  await replay.waitFor()
  await cardOf('Needs attention')
    .getByText(/dead letter/)
    .waitFor()
  await expectAccessible(page, 'operations with a dead letter')
  await shop.db.query(mendEvent, [eventId, orderId])
  for (const consumer of ['expiration', 'payments', 'webhooks']) {
    await letters.getByRole('button', { name: `Replay OrderCancelled for ${consumer}` }).click()
    await shown(page, 'Replayed. If it fails again, it comes back here.')
  }
  await letters.getByText('No dead letters.').waitFor()
})

// The sweeper would ask by itself before anybody could press the button.
const bePatient = sql(
  'test.be_patient',
  `update payments.payments set next_attempt_at = now() + interval '1 hour' where id = $1`,
)

it('sets a fault of the card sandbox, finds the payment that it left open, and looks again', async () => {
  await signIn(page)
  const sandbox = section('Card sandbox')
  await sandbox.getByLabel('Fault').selectOption('bad_gateway')
  await sandbox.getByLabel('Call').selectOption('create')
  await sandbox.getByLabel('When').selectOption('before')
  await sandbox.getByLabel('How often').selectOption('timesAlways')
  await sandbox.getByRole('button', { name: 'Set a fault' }).click()
  await sandbox.getByText('bad_gateway, before the effect').waitFor()

  const buyer = await asGuest(url)
  const shows = expectStatus(await buyer.call<{ items: ShowView[] }>('GET', '/api/shows?limit=10'), 200)
  const show = shows.items.find(({ title }) => title === 'The Lighthouse Orchestra')
  const order: OrderView = expectStatus(await placeOrder(buyer, show as ShowView), 201)
  const payment: PaymentView = expectStatus(await pay(buyer, order.id), 201)
  expect(payment.status).toBe('unknown')
  await shop.db.query(bePatient, [payment.id])

  const open = section('Unconfirmed payments')
  const look = open.getByRole('button', { name: `Ask again about payment ${payment.id}` })
  await look.waitFor()
  await expectAccessible(page, 'operations with an open payment and a fault')
  await sandbox.getByRole('button', { name: 'Remove the fault bad_gateway' }).click()
  await sandbox.getByText('No faults are set.').waitFor()
  await look.click()
  await open.getByText('Outcome confirmed').waitFor()
  await open.getByText('None. Every payment’s outcome is known.').waitFor()
  await waitFor('the order paid', async () => {
    const { body } = await buyer.call<OrderView>('GET', `/api/orders/${order.id}`)
    return body.status === 'complete'
  })
})

it('tells that sales are stopped and why, and lets an operator sell again', async () => {
  await setSwitch(shop.db, 'sales_stopped', {
    isOn: true,
    reason: 'Pool Stalls holds more than its orders do.',
  })
  await shop.platform.switches.refresh()
  const buyer = await watched.page()
  await buyer.goto(url)
  await buyer.getByRole('link', { name: 'The Lighthouse Orchestra' }).click()
  await shown(buyer, /^Sales are paused/)
  await expectAccessible(buyer, 'show page while selling is paused')
  await signIn(page)
  await shown(page, 'Pool Stalls holds more than its orders do.')
  await cardOf('Sales').getByText('Stopped').waitFor()
  await expectAccessible(page, 'operations with sales stopped')
  await page.getByRole('button', { name: 'Resume sales' }).click()
  await expectAccessible(page, 'question before selling again')
  await page.getByRole('dialog').getByRole('button', { name: 'Resume sales' }).click()
  await cardOf('Sales').getByText('Open').waitFor()
  await page.getByText('Sales are stopped').waitFor({ state: 'detached' })
  await buyer.reload()
  await buyer.getByRole('button', { name: 'One more: Standing' }).waitFor()
  expect(await buyer.getByText(/^Sales are paused/).count()).toBe(0)
})

it('keeps the last figures when the shop cannot be reached, and says so', async () => {
  await page.route('**/api/ops/**', (route) => route.abort())
  await page.goto(`${url}/ops`)
  await shown(page, 'Can’t reach the shop.')
  await expectAccessible(page, 'operations that cannot be read')
  await page.unroute('**/api/ops/**')
  await signIn(page)
  await page.route('**/api/ops/**', (route) => route.abort())
  await shown(page, /These figures are from/)
  await section('Events')
    .getByRole('row', { name: /^orders / })
    .waitFor()
  await page.unroute('**/api/ops/**')
  await page.getByText(/These figures are from/).waitFor({ state: 'detached' })
})

it('is German, dark, and no wider than a small phone; its figures move without moving the page', async () => {
  const phone = await openContext(browser, {
    viewport: { width: 390, height: 844 },
    colorScheme: 'dark',
    reducedMotion: 'reduce',
    locale: 'de-DE',
    isMobile: true,
    hasTouch: true,
  })
  const small = await phone.page()
  await signIn(small)
  await small.getByRole('heading', { name: 'Unzustellbare Ereignisse' }).waitFor()
  await small.getByText(/^geprüft vor/).waitFor()
  await small.getByText('Jeder vergebene Platz gehört genau einer Bestellung').waitFor()
  expect(await small.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await expectAccessible(small, 'operations in German, in the dark, on a phone', { dark: true })
  const height = () => small.evaluate(() => document.documentElement.scrollHeight)
  const before = await height()
  const read = small.waitForResponse('**/api/ops/overview')
  await read
  await small.waitForResponse('**/api/ops/overview')
  expect(await height()).toBe(before)
  await phone.context.close()
  expect(phone.complaints).toEqual([])
})
