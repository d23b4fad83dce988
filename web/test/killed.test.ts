// The shop, its card sandbox and its Postgres are killed while somebody is buying: the page says
// so, and goes on by itself.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../../server/src/platform/process/ports.ts'
import { publishShow, signUp } from '../../server/test/client.ts'
import { type ShopProcess, startShopProcess } from '../../server/test/flows/shop-process.ts'
import { openBrowser, openContext, type WatchedContext } from './browser.ts'
import { chooseStanding, enterCard, expectAccessible, expectTickets, pay, shown } from './steps.ts'

/** As it is delivered, with its pages. */
const program = join(import.meta.dirname, '..', '..', 'dist', 'server', 'main.js')
let directory: string
let environment: Record<string, string>
let shop: ShopProcess
let browser: Browser
let watched: WatchedContext
let page: Page

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-killed-'))
  environment = {
    PORT: String(await freePort()),
    SANDBOX_PORT: String(await freePort()),
    DATA_DIR: directory,
  }
  ;[shop, browser] = await Promise.all([startShopProcess(environment, { program }), openBrowser()])
  watched = await openContext(browser)
  // A dead machine takes longer to come back than a page to draw.
  watched.context.setDefaultTimeout(45_000)
  page = await watched.page()
})
afterAll(async () => {
  await browser.close()
  await shop.end('SIGTERM')
  await rm(directory, { recursive: true, force: true })
})

it('keeps what was chosen and held while the shop is dead, says so, and goes on by itself when it is back', async () => {
  const organiser = await signUp(shop.url)
  const show = await publishShow(organiser, { title: 'The Tide' })
  await page.goto(`http://localhost:${environment['PORT']}/shows/${show.id}`)
  await shown(page, 'Live')
  await chooseStanding(page, 2)

  await shop.killEverything()
  await shown(page, 'Reconnecting')
  await expectAccessible(page, 'show page of a dead shop')
  await page.getByRole('button', { name: 'Hold 2 tickets' }).click()
  await shown(page, 'Can’t reach the shop.')
  expect(await page.getByLabel('Your email address').inputValue(), 'what was typed').toBe('fan@example.org')

  shop = await startShopProcess(environment, { program })
  await page.getByText('Live', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Hold 2 tickets' }).click()
  await page.waitForURL(/\/checkout\//)
  await page.frameLocator('iframe').first().getByLabel('Card number').waitFor()

  await shop.killEverything()
  await shown(page, 'Connection lost. Your tickets stay held while the clock runs – we’re reconnecting.')
  await expectAccessible(page, 'checkout of a dead shop')

  shop = await startShopProcess(environment, { program })
  await page.getByText('Connection lost.').waitFor({ state: 'detached' })
  await enterCard(page, '4242424242424242')
  await pay(page)
  await page.getByRole('heading', { name: 'You’re going' }).waitFor()
  await expectTickets(page, 2)
  expect(watched.complaints).toEqual([])
})
