// Giving tickets back in a real browser: a buyer one of two, the organiser the other.
import { it } from 'vitest'
import { openContext } from './browser.ts'
import { type Stage, useStage } from './stage.ts'
import { enterCard, expectAccessible, expectTickets, holdStanding, pay, shown, signIn } from './steps.ts'

let shop: Stage['shop']
let browser: Stage['browser']
let page: Stage['page']
useStage((stage) => {
  ;({ shop, browser, page } = stage)
})

it('a buyer sees what comes back before they return a ticket, and the organiser takes the other one back', async () => {
  const show = await shop.publish({
    returnPolicy: { hoursBefore: 24, keepBps: 1_000 },
    ticketTypes: [{ name: 'Standing', priceMinor: 4_500, capacity: 30 }],
  })
  await holdStanding(page, `${shop.url}/shows/${show.id}`, 2)
  const orderId = page.url().split('/').at(-1) ?? ''
  await enterCard(page, '4242424242424242')
  await pay(page)
  await expectTickets(page, 2)
  await page.getByRole('button', { name: 'Return tickets' }).click()
  await page
    .getByRole('checkbox', { name: /Standing/ })
    .first()
    .check()
  await shown(page, 'You get back €40.50')
  await expectAccessible(page, 'choosing tickets to return')
  await page.getByRole('button', { name: 'Continue' }).click()
  await shown(page, 'Return this ticket?')
  await page.getByRole('button', { name: 'Yes, give back' }).click()
  await shown(page, 'Returned. €40.50 is on its way to your card.')
  await shown(page, 'No longer valid')

  const staff = await openContext(browser, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  const theirs = await staff.page()
  await signIn(theirs, shop)
  await theirs.goto(`${shop.url}/organiser/shows/${show.id}/orders/${orderId}`)
  await theirs.getByRole('checkbox', { name: /Standing/ }).check()
  await theirs.getByLabel('Amount to give back (EUR)').fill('45')
  await theirs.getByLabel('Put the places back on sale').uncheck()
  await expectAccessible(theirs, 'taking tickets back', { dark: true })
  await theirs.getByRole('button', { name: 'Take tickets back' }).click()
  await theirs.getByRole('button', { name: 'Yes, void them' }).click()
  await shown(theirs, 'Tickets taken back; €45.00 given back.')
  await staff.context.close()
  await shown(page, 'This order was refunded')
})
