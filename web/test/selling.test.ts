// An organiser makes a show, sells it, lets people in and gives money back, in a real browser on a
// real shop.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBrowser, openContext, type WatchedContext } from './browser.ts'
import { enterCard, expectAccessible, pay, shown } from './steps.ts'
import { startWebShop, type WebShop } from './web-shop.ts'

let shop: WebShop
let browser: Browser
let watched: WatchedContext
let page: Page

beforeAll(async () => {
  ;[shop, browser] = await Promise.all([startWebShop(), openBrowser()])
  watched = await openContext(browser)
  page = await watched.page()
})
afterAll(async () => {
  await browser.close()
  await shop.stop()
})

async function signIn(): Promise<void> {
  await page.goto(`${shop.url}/organiser`)
  await shown(page, 'Sign in to continue')
  await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click()
  await expectAccessible(page, 'sign in')
  await page.getByLabel('Email address').fill(shop.organiser.email)
  await page.getByLabel('Password').fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await shown(page, 'Wrong email address or password.')
  await page.getByLabel('Password').fill(shop.organiser.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('link', { name: 'New show' }).waitFor()
}

async function makeShow(): Promise<string> {
  await expectAccessible(page, 'my shows')
  await page.getByRole('link', { name: 'New show' }).click()
  // Saved too early: each field says what it wants, and the bar counts them.
  await page.getByRole('button', { name: 'Save' }).click()
  await shown(page, 'Check 4 fields')
  await expectAccessible(page, 'show form with errors')
  await page.getByLabel('Title').fill('Night Ferry')
  await page.getByLabel('Starts at').fill('2027-06-01T20:00')
  await page.getByLabel('Time zone').selectOption('Europe/Lisbon')
  await page.getByLabel('Venue').fill('The Quay')
  await page.getByLabel('Name', { exact: true }).fill('Deck')
  await page.getByLabel('Price (EUR)').fill('12.50')
  await page.getByRole('spinbutton', { name: 'Capacity' }).fill('30')
  await page.getByRole('button', { name: 'Add ticket type' }).click()
  const second = page.getByRole('group', { name: 'Ticket type 2' })
  await second.getByLabel('Name', { exact: true }).fill('Cabin')
  await second.getByLabel('Price (EUR)').fill('40')
  await second.getByLabel('Numbered seats').check()
  await second.getByLabel('Section').fill('Bow')
  await second.getByLabel('Rows', { exact: true }).fill('A-B')
  await second.getByLabel('Seats in each row').fill('1-3, 5-6')
  await shown(page, '10 seats')
  await expectAccessible(page, 'show form')
  await page.getByRole('button', { name: 'Save' }).click()
  await shown(page, 'This is a draft')
  await expectAccessible(page, 'draft')
  await page.getByRole('button', { name: 'Put on sale' }).click()
  const link = page.getByRole('link', { name: 'Public page' })
  await link.waitFor()
  return `${shop.url}${(await link.getAttribute('href')) ?? ''}`
}

async function buyOne(url: string): Promise<string> {
  const buyer = await openContext(browser)
  const theirs = await buyer.page()
  await theirs.goto(url)
  await shown(theirs, 'Tuesday, 1 June 2027, 20:00')
  await theirs.getByRole('checkbox', { name: /Bow row A seat 5/ }).click()
  await theirs.getByLabel('Your email address').fill('passenger@example.org')
  await theirs.getByRole('button', { name: 'Hold 1 ticket' }).click()
  await enterCard(theirs, '4242424242424242')
  await pay(theirs)
  const code =
    (await theirs.getByRole('img', { name: /^QR code/ }).getAttribute('aria-label'))?.split(' ').at(-1) ?? ''
  await buyer.context.close()
  expect(buyer.complaints).toEqual([])
  return code
}

/** A buyer reads out the number of the order: it finds the order, and stands in the export. */
async function findByNumber(): Promise<void> {
  const buyer = page.getByRole('link', { name: 'passenger@example.org' })
  const number = await page.getByRole('row').filter({ has: buyer }).getByRole('cell').first().innerText()
  expect(number).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/)
  const search = page.getByLabel('Email or order number')
  await search.fill('ZZZZZ-ZZZZZ')
  await page.getByText('No orders').waitFor()
  await search.fill(` ${number.toLowerCase().replace('-', '')}`)
  await buyer.waitFor()
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export CSV' }).click()
  const chunks = await (await (await downloading).createReadStream()).toArray()
  const [heads, row] = Buffer.concat(chunks).toString().split('\r\n')
  expect(heads).toMatch(/^\uFEFFOrder number,Order ID,/)
  expect(row).toMatch(new RegExp(`^${number},.*,passenger@example.org,Complete,`))
  await search.fill('')
}

async function scan(code: string): Promise<void> {
  await page.getByLabel('Ticket code').fill(code)
  await page.getByRole('button', { name: 'Check' }).click()
}

it('makes a show with seats, puts it on sale, watches a sale, lets the buyer in once, and refunds', async () => {
  await signIn()
  const url = await makeShow()
  const code = await buyOne(url)

  // The sale arrives by itself: figures, chart and table.
  await page.getByRole('definition').filter({ hasText: '€40.00' }).waitFor()
  await page.getByRole('link', { name: 'passenger@example.org' }).waitFor()
  await shown(page, '1 complete order, 1 ticket, €40.00')
  await expectAccessible(page, 'sales')
  await findByNumber()

  const salesUrl = page.url()
  await page.goto(`${shop.url}/door`)
  await page.getByLabel('Name of this door').fill('North gate')
  await expectAccessible(page, 'name of the door')
  await page.getByRole('button', { name: 'Start scanning' }).click()
  await scan(code.toLowerCase())
  await page.getByText('Valid', { exact: true }).waitFor()
  await shown(page, 'Bow row A seat 5')
  await scan(code)
  await page.getByText('Already used').waitFor()
  await shown(page, /^First scanned /)
  await shown(page, 'At: North gate')
  await expectAccessible(page, 'door')
  await scan('NOSUCHTICKET')
  await page.getByText('Not a ticket for any of your shows.').waitFor()

  await page.goto(salesUrl)
  await page.getByRole('link', { name: 'passenger@example.org' }).click()
  await shown(page, /€40\.00|40\.00 EUR/)
  await shown(page, 'ChargeCreated')
  await expectAccessible(page, 'order with its story')
  await page.emulateMedia({ media: 'print' })
  expect(await page.getByRole('button').count(), 'buttons on paper').toBe(0)
  await page.emulateMedia({ media: 'screen' })
  await page.getByRole('button', { name: 'Refund' }).click()
  const asked = page.waitForRequest(/\/refunds$/)
  await page.getByRole('dialog').getByRole('button', { name: 'Refund' }).click()
  expect((await asked).postDataJSON(), 'what the dialog confirmed, also when it is everything').toEqual({
    amountMinor: 4_000,
  })
  await shown(page, '€40.00 was refunded')
  await page.getByText('Refunded').first().waitFor()

  await page.goto(salesUrl)
  await page.getByRole('button', { name: 'End sales' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'End sales' }).click()
  await shown(page, 'Sales ended')
  await page.goto(url)
  await shown(page, 'Sales have ended')
  await expectAccessible(page, 'closed show')
  await page.goto(`${shop.url}/nowhere`)
  await shown(page, 'Page not found')
  await expectAccessible(page, 'page that is not there')
  expect(watched.complaints).toEqual([])
})
