// Pictures of the main pages, phone and desktop, light and dark, from a real shop with a few sales
// in it. All go to web/screenshots; those that the documents show go to docs/images as well.
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { openBrowser } from '../test/browser.ts'
import { enterCard, pay } from '../test/steps.ts'
import { withShop } from './own-shop.ts'
import { makeOperator, operatorPages } from './screenshot-ops.ts'
import { type FilledShop, fillShop, organiser } from './screenshot-shop.ts'

const root = join(import.meta.dirname, '..', '..')
const target = join(root, 'web', 'screenshots')
const images = join(root, 'docs', 'images')
const inDocuments = [
  'seats-desktop-light',
  'checkout-phone-dark',
  'tickets-phone-light',
  'sales-desktop-dark',
  'door-used-phone-light',
  'ops-desktop-dark',
]

const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } } as const
type Take = (name: string) => Promise<void>

async function buyerPages(
  page: Page,
  url: string,
  { general, seated, row }: FilledShop & { readonly row: string },
  take: Take,
): Promise<void> {
  await page.goto(url)
  await page.getByRole('heading', { level: 3 }).first().waitFor()
  await take('shows')
  await page.goto(`${url}/shows/${general.id}`)
  await page
    .getByRole('button', { name: /^One more/ })
    .first()
    .click()
  await page
    .getByRole('button', { name: /^One more/ })
    .first()
    .click()
  await page.getByLabel('Your email address').fill('nora@example.org')
  await take('show')
  await page.goto(`${url}/shows/${seated.id}`)
  await page.getByRole('checkbox', { name: new RegExp(`Stalls row ${row} seat 7,`) }).click()
  await page.getByRole('checkbox', { name: new RegExp(`Stalls row ${row} seat 8,`) }).click()
  await page.getByLabel('Your email address').fill('nora@example.org')
  await take('seats')
  await page.getByRole('button', { name: /^Hold / }).click()
  await page.waitForURL(/\/checkout\//)
  await enterCard(page, '4000000000009995')
  await take('checkout')
  await pay(page)
  await page.getByText('Not enough money').waitFor()
  await take('declined')
  await page.goto(`${url}/shows/${seated.id}`)
  await page.getByText('You’re holding').waitFor()
  await take('open-hold')
  await page.getByRole('link', { name: 'Back to your order' }).click()
  await enterCard(page, '4242424242424242')
  await pay(page)
  await page
    .getByRole('img', { name: /^QR code/ })
    .first()
    .waitFor()
  await take('tickets')
  await page.getByRole('link', { name: 'Receipt' }).click()
  await page.getByText('Paid by card.').waitFor()
  await take('receipt')
  await page.getByRole('link', { name: 'My orders' }).click()
  await page.getByText('2 tickets').first().waitFor()
  await take('orders')
}

async function organiserPages(
  page: Page,
  url: string,
  { general, ticketCode }: FilledShop,
  take: Take,
): Promise<void> {
  await page.goto(`${url}/sign-in`)
  await page.getByLabel('Email address').fill(organiser.email)
  await page.getByLabel('Password').fill(organiser.password)
  await take('sign-in')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { level: 2 }).first().waitFor()
  await take('my-shows')
  await page.getByRole('link', { name: 'New show' }).click()
  await page.getByLabel('Numbered seats').check()
  await take('new-show')
  await page.getByRole('link', { name: 'Leave without saving' }).click()
  await page.getByRole('link', { name: 'New show' }).waitFor()
  await page.goto(`${url}/organiser/shows/${general.id}`)
  await page.getByText(/complete orders,/).waitFor()
  const orders = page.getByRole('region', { name: 'Orders' })
  await orders.getByRole('link').first().waitFor()
  await take('sales')
  await orders.getByRole('link').first().click()
  await page.getByText('OrderCompleted').waitFor()
  await take('order-story')
  await page.goto(`${url}/door`)
  await page.getByLabel('Name of this door').fill('North gate')
  await page.getByRole('button', { name: 'Start scanning' }).click()
  await page.getByLabel('Ticket code').waitFor()
  await take('door')
  await page.getByLabel('Ticket code').fill(ticketCode)
  await page.getByRole('button', { name: 'Check' }).click()
  await page
    .getByText(/Valid|Already used/)
    .first()
    .waitFor()
  await page.getByLabel('Ticket code').fill(ticketCode)
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('Already used').waitFor()
  await take('door-used')
}

type Look = (page: Page, take: Take) => Promise<void>

/**
 * The same walk on phone and desktop, in the light and in the dark, each with a browser that knows
 * nothing yet.
 */
async function inEachLook(browser: Browser, walk: Look): Promise<void> {
  for (const [sizeName, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        viewport,
        colorScheme,
        locale: 'en-GB',
        timezoneId: 'Europe/Berlin',
        reducedMotion: 'reduce',
        isMobile: sizeName === 'phone',
        hasTouch: sizeName === 'phone',
      })
      context.setDefaultTimeout(20_000)
      const page = await context.newPage()
      await walk(page, async (name) => {
        await page.mouse.move(0, 0)
        await page.evaluate(() => document.fonts.ready.then(() => undefined))
        const file = `${name}-${sizeName}-${colorScheme}`
        await page.screenshot({ path: join(target, `${file}.png`), fullPage: true, animations: 'disabled' })
        // A document shows what a screen shows, and loads quickly.
        if (inDocuments.includes(file))
          await page.screenshot({ path: join(images, `${file}.png`), animations: 'disabled' })
      })
      await context.close()
    }
  }
}

await withShop(async (url, shop) => {
  const browser = await openBrowser()
  try {
    await rm(target, { recursive: true, force: true })
    await mkdir(target, { recursive: true })
    await mkdir(images, { recursive: true })
    const filled = await fillShop(url)
    // Each look buys a pair of seats in a row of its own.
    const rows = ['C', 'D', 'E', 'F']
    await inEachLook(browser, async (page, take) => {
      await buyerPages(page, url, { ...filled, row: rows.pop() ?? '' }, take)
      await page.context().clearCookies()
      await organiserPages(page, url, filled, take)
    })
    // Last, because a sale for show takes whatever seats are left.
    const operator = await makeOperator(url, shop, filled.seated.id)
    await inEachLook(browser, (page, take) => operatorPages(page, { url, shop, operator }, take))
  } finally {
    await browser.close()
  }
})
