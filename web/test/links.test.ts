// The ways back to tickets and accounts, by links from the real mailbox, in a real browser.
import type { MailboxItem } from '@holdfast/contract'
import type { Browser, Page } from 'playwright-core'
import { beforeEach, expect, it } from 'vitest'
import { waitFor } from '../../server/test/wait.ts'
import { openContext, type WatchedContext } from './browser.ts'
import { useStage } from './stage.ts'
import { enterCard, expectAccessible, expectTickets, pay, shown } from './steps.ts'
import type { WebShop } from './web-shop.ts'

let shop: WebShop
let browser: Browser
let page: Page
let watched: WatchedContext
let email: string
useStage((stage) => {
  ;({ shop, browser, page, watched } = stage)
})
let people = 0
beforeEach(() => {
  people += 1
  email = `fan${people}@example.org`
})

/** The link in the newest mail of this kind, at the address where the browser finds the shop. */
const linkFor = (to: string, kind: MailboxItem['kind']) =>
  waitFor(`a mail of the kind ${kind} to ${to}`, async () => {
    const answer = await fetch(`${shop.url}/api/mailbox?to=${to}`)
    const { items } = (await answer.json()) as { items: MailboxItem[] }
    const path = /\/l#[\w.-]+/.exec(items.find((item) => item.kind === kind)?.text ?? '')
    return path ? shop.url + path[0] : undefined
  })

async function hold(on: Page, count = 2): Promise<void> {
  const show = await shop.publish({ title: 'Ways back' })
  await on.goto(`${shop.url}/shows/${show.id}`)
  for (let pressed = 0; pressed < count; pressed += 1)
    await on.getByRole('button', { name: 'One more: Standing' }).click()
  const field = on.getByLabel('Your email address')
  if (await field.isVisible()) await field.fill(email)
  await on.getByRole('button', { name: /^Hold / }).click()
  await on.waitForURL(/\/checkout\//)
}

async function buy(on: Page, count = 2): Promise<string> {
  await hold(on, count)
  await payNow(on)
  await expectTickets(on, count)
  return new URL(on.url()).pathname
}

async function payNow(on: Page): Promise<void> {
  await enterCard(on, '4242424242424242')
  await pay(on)
  await on.waitForURL(/\/orders\//)
}

/** Another device: nothing of the first is there. */
async function otherDevice(): Promise<Page> {
  const { context, page: open } = await openContext(browser)
  watched.context.once('close', () => void context.close())
  return open()
}

const open = async (on: Page, url: string) => {
  await on.goto(url)
  await on.getByRole('button', { name: 'Open', exact: true }).click()
}

async function enter(on: Page, button: 'Sign in' | 'Create account', password: string): Promise<void> {
  await on.getByLabel('Email address').fill(email)
  await on.getByLabel('Password').fill(password)
  await on.getByRole('button', { name: button, exact: true }).click()
}

it('a guest who lost the cookie gets the tickets back by the link in the mail, and by a new one', async () => {
  const order = await buy(page)
  await page.context().clearCookies()
  await page.goto(shop.url + order)
  await shown(page, 'Page not found')
  await shown(page, 'Can’t find your tickets?')
  await expectAccessible(page, 'an order that does not open here')
  await open(page, await linkFor(email, 'order_confirmed'))
  await page.waitForURL(shop.url + order)
  await expectTickets(page, 2)

  const phone = await otherDevice()
  await phone.goto(`${shop.url}/orders`)
  await phone.getByLabel('Your email address').fill(email)
  await phone.getByRole('button', { name: 'Send the link' }).click()
  await shown(phone, 'Check your email')
  await expectAccessible(phone, 'a link is on its way')
  const link = await linkFor(email, 'my_tickets')
  await phone.goto(link)
  await expectAccessible(phone, 'a link before it is opened')
  await phone.getByRole('button', { name: 'Open', exact: true }).click()
  await phone.waitForURL(`${shop.url}/orders`)
  await phone.getByRole('link', { name: 'Ways back' }).click()
  await expectTickets(phone, 2)
  // Once is once, and the page offers another.
  const third = await otherDevice()
  await open(third, link)
  await shown(third, 'This link has already been used')
  await expectAccessible(third, 'a link that was used')
})

it('a guest who signs up keeps what they bought and hold, and pays for it as an account', async () => {
  const order = await buy(page, 1)
  await hold(page, 2)
  const held = new URL(page.url()).pathname
  await page.goto(`${shop.url}/sign-in?to=${encodeURIComponent(held)}`)
  await shown(page, 'They move to the account you sign in to.')
  await page.getByRole('button', { name: 'No account yet? Create one' }).click()
  await enter(page, 'Create account', 'a long password')
  await page.waitForURL(shop.url + held)
  await payNow(page)
  await expectTickets(page, 2)
  await page.goto(shop.url + order)
  await expectTickets(page, 1)
  await page.goto(`${shop.url}/orders`)
  await shown(page, 'Confirm your email address')
  await expectAccessible(page, 'orders of an account that is not confirmed')

  // What was bought with the address elsewhere joins once the address is confirmed.
  const elsewhere = await otherDevice()
  const other = await buy(elsewhere, 3)
  await page.reload()
  await page.getByRole('link', { name: 'Ways back' }).nth(1).waitFor()
  expect(await page.getByRole('link', { name: 'Ways back' }).count()).toBe(2)
  await page.getByRole('button', { name: 'Send the link' }).click()
  await shown(page, 'Check your email')
  await open(page, await linkFor(email, 'verify_email'))
  await page.waitForURL(`${shop.url}/orders`)
  await page.getByRole('link', { name: 'Ways back' }).nth(2).waitFor()
  await page.goto(shop.url + other)
  await expectTickets(page, 3)
})

it('a forgotten password is chosen anew by a link, and other devices are signed out', async () => {
  await page.goto(`${shop.url}/sign-in?to=/orders`)
  await page.getByRole('button', { name: 'No account yet? Create one' }).click()
  await enter(page, 'Create account', 'a long password')
  await page.waitForURL(`${shop.url}/orders`)
  const phone = await otherDevice()
  await phone.goto(`${shop.url}/sign-in?to=/orders`)
  await phone.getByRole('button', { name: 'Forgot your password?' }).click()
  await phone.getByLabel('Your email address').fill(email)
  await expectAccessible(phone, 'a password that was forgotten')
  await phone.getByRole('button', { name: 'Send the link' }).click()
  await shown(phone, 'Check your email')
  await open(phone, await linkFor(email, 'reset_password'))
  await phone.getByLabel('New password').fill('a longer password')
  await expectAccessible(phone, 'a new password')
  await phone.getByRole('button', { name: 'Save password' }).click()
  await shown(phone, 'Your new password is saved')
  await phone.getByRole('main').getByRole('link', { name: 'Sign in' }).click()
  await enter(phone, 'Sign in', 'a longer password')
  await phone.waitForURL(`${shop.url}/orders`)
  await page.goto(`${shop.url}/orders`)
  await shown(page, 'No orders in this browser')
})

it('speaks German, in the page and in the mail', async () => {
  await buy(page, 1)
  const { context, page: openPage } = await openContext(browser, { locale: 'de-DE' })
  const deutsch = await openPage()
  await deutsch.goto(`${shop.url}/orders`)
  await shown(deutsch, 'Tickets nicht gefunden?')
  await deutsch.getByLabel('Ihre E-Mail-Adresse').fill(email)
  await deutsch.getByRole('button', { name: 'Link schicken' }).click()
  await shown(deutsch, 'Sehen Sie in Ihr E-Mail-Postfach')
  await deutsch.goto(await linkFor(email, 'my_tickets'))
  await shown(deutsch, 'Dieser Link stammt aus einer E-Mail dieses Shops.')
  await deutsch.getByRole('button', { name: 'Öffnen' }).click()
  await deutsch.getByRole('link', { name: 'Ways back' }).click()
  await deutsch
    .getByRole('img', { name: /^QR-Code/ })
    .first()
    .waitFor()
  await context.close()
})

it('a guest who is asked for proof while stolen cards are tried confirms the address and pays', async () => {
  await hold(page)
  const problem = { type: 'about:blank', title: 'Confirm your email address first', code: 'email_unverified' }
  await page.route('**/api/payments', (route) =>
    route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
  )
  await enterCard(page, '4242424242424242')
  await pay(page)
  await shown(page, /Stolen cards are being tried/)
  await expectAccessible(page, 'checkout that asks for proof')
  await page.getByRole('button', { name: 'Send the link' }).click()
  await shown(page, 'Check your email')
  const mail = await watched.context.newPage()
  await mail.goto(await linkFor(email, 'verify_email'))
  await mail.getByRole('button', { name: 'Open' }).click()
  await mail.getByRole('heading', { name: 'My orders' }).waitFor()
  const { user } = (await (await page.request.get(`${shop.url}/api/users/current`)).json()) as {
    user: { kind: string; emailVerified: boolean }
  }
  expect(user).toMatchObject({ kind: 'guest', emailVerified: true })
  await page.unroute('**/api/payments')
  await pay(page)
  await page.waitForURL(/\/orders\//)
  await expectTickets(page, 2)
})
