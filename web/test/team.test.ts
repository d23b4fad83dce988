// Working together, in real browsers: an invitation from mailbox to door, what each role sees, and a
// device at the door without an account.
import type { MailboxItem } from '@holdfast/contract'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterEach, expect, it } from 'vitest'
import { waitFor } from '../../server/test/wait.ts'
import { openContext } from './browser.ts'
import { useStage } from './stage.ts'
import { enterCard, expectAccessible, holdStanding, pay, shown, signIn } from './steps.ts'
import type { WebShop } from './web-shop.ts'

let shop: WebShop
let browser: Browser
let page: Page
useStage((stage) => {
  ;({ shop, browser, page } = stage)
})

const linkFor = (to: string) =>
  waitFor(`the invitation of ${to}`, async () => {
    const answer = await fetch(`${shop.url}/api/mailbox?to=${to}`)
    const { items } = (await answer.json()) as { items: MailboxItem[] }
    const path = /\/l#[\w.-]+/.exec(items.find(({ kind }) => kind === 'invitation')?.text ?? '')
    return path ? shop.url + path[0] : undefined
  })

const phones: BrowserContext[] = []
afterEach(async () => {
  await Promise.all(phones.splice(0).map((phone) => phone.close()))
})

/** Another person's phone: nothing of the first is there. */
async function otherPhone(): Promise<Page> {
  const { context, page: open } = await openContext(browser, { viewport: { width: 390, height: 844 } })
  phones.push(context)
  return open()
}

const free = { ticketTypes: [{ name: 'Standing', priceMinor: 0, capacity: 50 }] }
async function sold(title: string): Promise<string> {
  const show = await shop.publish({ title, ...free })
  const order = await shop.take(show.id, show.ticketTypes[0]?.id ?? '', 1)
  return order.tickets?.[0]?.code ?? ''
}

async function invite(email: string, role: string): Promise<void> {
  await signIn(page, shop)
  await page.getByRole('link', { name: 'Organisation' }).click()
  await page.getByLabel('Email address', { exact: true }).fill(email)
  await page.getByLabel('Role', { exact: true }).selectOption(role)
  await page.getByRole('button', { name: 'Send invitation' }).click()
  await shown(page, /gets an email with the invitation/)
}

async function accept(on: Page, email: string): Promise<void> {
  await on.goto(await linkFor(email))
  await on.getByRole('button', { name: 'Open', exact: true }).click()
  await shown(on, /invited to work with/)
  await expectAccessible(on, 'an invitation')
  await on.getByRole('link', { name: 'Continue to your account' }).click()
  await on.getByRole('button', { name: 'No account yet? Create one' }).click()
  await on.getByLabel('Email address').fill(email)
  await on.getByLabel('Password').fill('a long password')
  await on.getByRole('button', { name: 'Create account', exact: true }).click()
  await on.getByRole('button', { name: 'Open', exact: true }).click()
  await on.getByRole('button', { name: 'Accept invitation' }).click()
  await on.waitForURL(/\/organiser$/)
}

async function scan(on: Page, code: string): Promise<void> {
  await on.getByLabel('Ticket code').fill(code)
  await on.getByRole('button', { name: 'Check', exact: true }).click()
}

it('somebody who is invited to the door scans there, sees nothing else to press, and is out when removed', async () => {
  const code = await sold('The invited door')
  await invite('door@example.org', 'door')
  await expectAccessible(page, 'the organisation')
  const phone = await otherPhone()
  await accept(phone, 'door@example.org')
  await phone.getByRole('heading', { name: 'The invited door' }).waitFor()
  expect(await phone.getByRole('link', { name: 'New show' }).count()).toBe(0)
  expect(await phone.getByRole('link', { name: 'Organisation' }).count()).toBe(0)
  await phone.getByRole('link', { name: 'Door', exact: true }).click()
  await phone.getByLabel('Name of this door').fill('North gate')
  await phone.getByRole('button', { name: 'Start scanning' }).click()
  await scan(phone, code)
  await phone.getByText('Valid', { exact: true }).waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'Remove: door@example.org' }).click()
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByLabel('Role of door@example.org').waitFor({ state: 'detached' })
  await waitFor('the door to be shut', async () => {
    await scan(phone, code)
    await phone.getByText('Checking…').waitFor({ state: 'detached' })
    return (await phone.getByText('Not a ticket for any of your shows.').count()) > 0
  })
})

it('finance gives money back, and plans no shows', async () => {
  const show = await shop.publish({ title: 'The books' })
  const buyer = await otherPhone()
  await holdStanding(buyer, `${shop.url}/shows/${show.id}`, 1)
  await enterCard(buyer, '4242424242424242')
  await pay(buyer)
  await buyer.waitForURL(/\/orders\//)
  await invite('books@example.org', 'finance')
  const phone = await otherPhone()
  await accept(phone, 'books@example.org')
  await phone.goto(`${shop.url}/organiser/shows/${show.id}`)
  await phone.getByRole('link', { name: 'fan@example.org' }).first().click()
  await phone.getByRole('button', { name: 'Refund' }).click()
  await phone.getByRole('dialog').getByRole('button', { name: 'Refund' }).click()
  await shown(phone, '€45.00 was refunded')
  await phone.goto(`${shop.url}/organiser/shows/${show.id}`)
  await phone.getByRole('heading', { name: 'By ticket type' }).waitFor()
  expect(await phone.getByRole('button', { name: 'Cancel show' }).count()).toBe(0)
})

it('a device is paired by its code, lets in for its show, and refuses another show’s ticket without using it', async () => {
  const [mine, other] = [await sold('The paired show'), await sold('The other show')]
  await signIn(page, shop)
  await page.getByRole('link', { name: 'Organisation' }).click()
  await page.getByLabel('Name of the device').fill('Gate 1')
  await page
    .getByRole('group', { name: 'Scans for these shows' })
    .getByRole('checkbox', { name: /The paired show/ })
    .check()
  await page.getByRole('button', { name: 'Add a device' }).click()
  const code = await page.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/).textContent()
  const phone = await otherPhone()
  await phone.goto(`${shop.url}/door`)
  await phone.getByLabel('Pairing code').waitFor()
  await expectAccessible(phone, 'a door that is not paired')
  await phone.getByLabel('Pairing code').fill(code ?? '')
  await phone.getByRole('button', { name: 'Pair this device' }).click()
  // The device has a name already: the door is called as it is.
  await shown(phone, 'Door: Gate 1')
  await scan(phone, other)
  await phone.getByText('Another show', { exact: true }).waitFor()
  await shown(phone, /The other show · /)
  await expectAccessible(phone, 'another show’s ticket')
  await scan(phone, mine)
  await phone.getByText('Valid', { exact: true }).waitFor()
})

it('an owner adds a webhook, copies its secret, and sees that nobody answers and nothing is lost', async () => {
  await sold('A show from before')
  await signIn(page, shop)
  await page.getByRole('link', { name: 'Organisation' }).click()
  await page.getByRole('link', { name: 'Manage webhooks' }).click()
  await page.getByLabel('Address', { exact: true }).fill('https://user@hooks.invalid/')
  await page.getByRole('button', { name: 'Add webhook' }).click()
  await shown(page, 'We can’t send webhooks to this address.')
  const url = 'https://hooks.invalid/holdfast'
  await page.getByLabel('Address', { exact: true }).fill(url)
  await page.getByLabel(/^All events/).uncheck()
  await page.getByLabel('Order completed').check()
  await page.getByLabel('Tickets issued').check()
  await page.getByRole('button', { name: 'Add webhook' }).click()
  await shown(page, /^whsec_/)
  const hook = page.getByRole('region', { name: url })
  await hook.getByText('Order completed · Tickets issued').waitFor()
  await sold('The announced show')
  await page.reload()
  expect(await page.getByText(/^whsec_/).count()).toBe(0)
  await hook.getByRole('button', { name: `Deliveries: ${url}` }).click()
  await hook.getByText('Waiting', { exact: true }).first().waitFor()
  await expectAccessible(page, 'webhooks')
  await expectAccessible(page, 'webhooks', { dark: true })
  await hook.getByRole('button', { name: `New secret: ${url}` }).click()
  await shown(page, /the old secret signs as well/)
  await hook.getByRole('button', { name: `Turn off: ${url}` }).click()
  await shown(page, /^Turned off\./)
  await hook.getByRole('button', { name: `Remove: ${url}` }).click()
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await hook.waitFor({ state: 'detached' })
})
