// What people write: one word of any length, and scripts that run from right to left.
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { openContext } from './browser.ts'
import { type Stage, useStage } from './stage.ts'
import { enterCard, pay, signIn } from './steps.ts'
import { seatedType } from './web-shop.ts'

let shop: Stage['shop']
let browser: Stage['browser']
useStage((stage) => {
  ;({ shop, browser } = stage)
})

const word = 'Donaudampfschifffahrt'.repeat(9)

async function expectNarrow(page: Page, what: string): Promise<void> {
  await page.getByText(word.slice(0, 40)).first().waitFor()
  await expectFits(page, what)
}

async function expectFits(page: Page, what: string): Promise<void> {
  const pushed = await page.evaluate(() => {
    if (document.documentElement.scrollWidth <= 360) return []
    const wide = [...document.body.querySelectorAll('*')].filter(
      (element) => element.getBoundingClientRect().right > 360,
    )
    return wide.map((element) => element.outerHTML.slice(0, 100))
  })
  expect(pushed, `what is too wide in ${what}`).toEqual([])
}

it('pushes no page of a phone sideways with one long word', async () => {
  const standing = { name: word, priceMinor: 4_500, capacity: 30 }
  const stalls = seatedType(word)
  const show = await shop.publish({
    title: word,
    venue: word,
    description: word,
    ticketTypes: [standing, stalls],
  })
  const phone = await openContext(browser, {
    viewport: { width: 360, height: 740 },
    isMobile: true,
    hasTouch: true,
  })
  const page = await phone.page()
  await page.goto(shop.url)
  await expectNarrow(page, 'list of shows')
  await page.goto(`${shop.url}/shows/${show.id}`)
  await page.getByRole('button', { name: /^One more: / }).click()
  await expectNarrow(page, 'show')
  await page.getByRole('button', { name: 'List' }).click()
  await expectNarrow(page, 'show with its list of seats')
  await page.locator('input[type=email]').fill(`${'long'.repeat(15)}@${'example.'.repeat(15)}org`)
  await page.getByRole('button', { name: /^Hold / }).click()
  await page.waitForURL(/\/checkout\//)
  await expectNarrow(page, 'checkout')
  await enterCard(page, '4242424242424242')
  await pay(page)
  await page.getByRole('img', { name: /^QR code/ }).waitFor()
  await expectNarrow(page, 'order')
  await page.goto(`${page.url()}/receipt`)
  await expectNarrow(page, 'receipt')
  await page.goto(`${shop.url}/orders`)
  await expectNarrow(page, 'orders')
  await signIn(page, shop, true)
  await expectNarrow(page, 'orders of the account that the guest became')
  await page.goto(`${shop.url}/organiser`)
  await page.getByRole('link', { name: 'New show' }).waitFor()
  await expectNarrow(page, 'organiser’s shows')
  await page.goto(`${shop.url}/organiser/shows/${show.id}`)
  await expectNarrow(page, 'sales')
  await page.goto(`${shop.url}/organiser/shows/${show.id}/edit`)
  await page.getByRole('textbox', { name: 'Title' }).waitFor()
  await expectFits(page, 'the form of the show')
  await page.goto(`${shop.url}/door`)
  await page.getByRole('textbox').first().fill(word)
  await page.getByRole('textbox').first().press('Enter')
  await expectFits(page, 'the door')
  await page.goto(`${shop.url}/mailbox`)
  await expectNarrow(page, 'mailbox')
  await phone.context.close()
  expect(phone.complaints).toEqual([])
})

it.each([
  ['שירי הים', 'rtl'],
  ['أغاني البحر', 'rtl'],
  ['Songs of the sea', 'ltr'],
])('shows the title %s from where its script begins', async (title, direction) => {
  const show = await shop.publish({ title, venue: title, description: title })
  const { context, page: open } = await openContext(browser)
  const page = await open()
  await page.goto(`${shop.url}/shows/${show.id}`)
  const heading = page.getByRole('heading', { level: 1 })
  await heading.waitFor()
  await page.getByRole('button', { name: /^One more: / }).waitFor()
  for (const part of [heading, page.getByText(title).last()])
    expect(await part.evaluate((element) => getComputedStyle(element).direction)).toBe(direction)
  await context.close()
})

it('buys with an address that is not ASCII, and names the field of one that is none', async () => {
  const show = await shop.publish({})
  const { context, page: open } = await openContext(browser)
  const page = await open()
  await page.goto(`${shop.url}/shows/${show.id}`)
  await page.getByRole('button', { name: /^One more: / }).click()
  const field = page.locator('input[type=email]')
  await field.fill('jörg@example')
  await page.getByRole('button', { name: /^Hold / }).click()
  await page.getByText(/Enter an e-?mail address,? like name@example\.org/).waitFor()
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  await field.fill('jörg@example.de')
  await page.getByRole('button', { name: /^Hold / }).click()
  await page.waitForURL(/\/checkout\//)
  await context.close()
})
