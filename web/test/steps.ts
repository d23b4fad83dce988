// What people do in the shop, step by step, named as they would name it.
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { waitFor } from '../../server/test/wait.ts'
import type { WebShop } from './web-shop.ts'

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/**
 * No violation of WCAG 2.2 AA in what the page shows now. In the dark the card form is left out: it
 * is transparent over our page, and from inside its frame the checker takes what lies behind for
 * white.
 */
export async function expectAccessible(page: Page, what: string, { dark = false } = {}): Promise<void> {
  // A colour on its way to another is neither of the two.
  await page.evaluate(() =>
    Promise.allSettled(
      document.getAnimations().flatMap((each) => (each instanceof CSSTransition ? [each.finished] : [])),
    ),
  )
  const checker = new AxeBuilder({ page }).withTags(standards)
  const { violations } = await (dark ? checker.exclude('iframe') : checker).analyze()
  const told = violations.map(
    (violation) => `${violation.id}: ${violation.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
  )
  expect(told, what).toEqual([])
}

export async function enterCard(page: Page, number: string): Promise<void> {
  const form = page.frameLocator('iframe').first()
  await form.getByLabel('Card number').fill(number)
  await form.getByLabel('Expiration date').fill('12 / 34')
  await form.getByLabel('Security code').fill('123')
}

export const pay = (page: Page) => page.getByRole('button', { name: /^Pay / }).click()

/** Answers the bank's question in its own window inside the page. */
export async function answerChallenge(page: Page, outcome: 'succeed' | 'fail'): Promise<void> {
  const frame = page.frameLocator('dialog iframe').last()
  await frame.locator(`button[value=${outcome}]`).click()
}

export async function chooseStanding(page: Page, count: number, email = 'fan@example.org'): Promise<void> {
  for (let pressed = 0; pressed < count; pressed += 1)
    await page.getByRole('button', { name: 'One more: Standing' }).click()
  await page.getByLabel('Your email address').fill(email)
}

export async function holdStanding(page: Page, showUrl: string, count: number): Promise<void> {
  await page.goto(showUrl)
  await chooseStanding(page, count)
  await page.getByRole('button', { name: /^Hold / }).click()
  await page.waitForURL(/\/checkout\//)
}

export const shown = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor()

/**
 * Waits for so many tickets, and sees that there are no more. They come some moments after the
 * order is complete.
 */
export async function expectTickets(page: Page, count: number): Promise<void> {
  const tickets = page.getByRole('img', { name: /^QR code of ticket/ })
  await tickets.nth(count - 1).waitFor()
  expect(await tickets.count(), 'tickets').toBe(count)
}

/** Somebody who bought as a guest comes to their orders, everybody else to their shows. */
export async function signIn(
  page: Page,
  { url, organiser }: Pick<WebShop, 'url' | 'organiser'>,
  hasBought = false,
): Promise<void> {
  await page.goto(`${url}/sign-in`)
  await page.getByLabel('Email address').fill(organiser.email)
  await page.getByLabel('Password').fill(organiser.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  if (hasBought) await page.getByRole('heading', { name: 'My orders' }).waitFor()
  else await page.getByRole('link', { name: 'New show' }).waitFor()
}

/**
 * The page asks again for what it shows, as when its reader comes back to it, and the shop fails to
 * answer; `look` sees what is left. The second question shows that the page had taken in the first
 * answer: it does not ask while it waits for one. The reader comes back until then, later each
 * time: a question from before may still be under way, and be answered well.
 */
export async function failToRefresh(page: Page, path: string, look: () => Promise<unknown>): Promise<void> {
  const failure = { status: 500, contentType: 'application/problem+json', body: '{"code":"internal"}' }
  let failed = 0
  await page.route(path, async (route) => {
    await route.fulfill(failure)
    failed += 1
  })
  // What was read a minute ago is no longer fresh.
  const passMinute = () =>
    page.evaluate(() => {
      const now = Date.now
      Date.now = () => now() + 60_000
    })
  let nextMinuteMs = 0
  await waitFor(`the page to ask for ${path} in vain, twice`, async () => {
    if (failed === 0 && performance.now() >= nextMinuteMs) {
      await passMinute()
      nextMinuteMs = performance.now() + 2_000
    }
    await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
    return failed >= 2
  })
  await look()
  await page.unroute(path)
}
