// Extras, chosen prices and reservations in a real browser: made by an organiser, bought, reserved at
// the box office and for what a buyer holds.
import { expect, it } from 'vitest'
import { openContext } from './browser.ts'
import { type Stage, useStage } from './stage.ts'
import { expectAccessible, holdStanding, shown, signIn } from './steps.ts'

let shop: Stage['shop']
let browser: Stage['browser']
let page: Stage['page']
useStage((stage) => {
  ;({ shop, browser, page } = stage)
})

const standing = { name: 'Standing', priceMinor: 4_500, capacity: 30 }
const kinds = [
  standing,
  { name: 'Parking', priceMinor: 1_000, capacity: 5, admits: 0, needs: { anyOf: ['Standing'] } },
  {
    name: 'Donation',
    priceMinor: 1_000,
    pools: [],
    admits: 0,
    price: { kind: 'chosen' as const, leastMinor: 200, suggestedMinor: 1_000 },
  },
]

it('a buyer names a price within its bounds, and is told what an extra needs', async () => {
  const show = await shop.publish({ ticketTypes: kinds })
  await page.goto(`${shop.url}/shows/${show.id}`)
  await page.getByRole('button', { name: 'One more: Parking' }).click()
  await shown(page, /^Parking.* is sold only together with/)
  await page.getByRole('button', { name: 'One more: Standing' }).click()
  await page.getByRole('button', { name: 'One more: Donation' }).click()
  const price = page.getByLabel(/^Your price for/)
  expect(await price.inputValue()).toBe('10.00')
  await price.fill('1')
  await shown(page, /You choose, from €2\.00\. Enter an amount/)
  await expectAccessible(page, 'a chosen price')
  await price.fill('3.5')
  await page.locator('output', { hasText: '€58.50' }).waitFor()
  await page.getByLabel('Your email address').fill('fan@example.org')
  await page.getByRole('button', { name: 'Hold 3 tickets' }).click()
  await page.waitForURL(/\/checkout\//)
  await shown(page, '€58.50')
})

it('an organiser makes such types in the form, and finds them there again', async () => {
  const show = await shop.publish({ ticketTypes: kinds })
  await signIn(page, shop)
  await page.goto(`${shop.url}/organiser/shows/${show.id}/edit`)
  const donation = page.getByRole('group', { name: 'Ticket type 3' })
  expect(await donation.getByLabel('At least (EUR)').inputValue()).toBe('2.00')
  await donation.getByLabel('At least (EUR)').fill('5')
  const parking = page.getByRole('group', { name: 'Ticket type 2' })
  expect(await parking.getByRole('checkbox', { name: 'Standing' }).isChecked()).toBe(true)
  expect(await parking.getByLabel('People per ticket').inputValue()).toBe('0')
  await expectAccessible(page, 'kinds of types in the form')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.waitForURL(`${shop.url}/organiser/shows/${show.id}`)
  await page.goto(`${shop.url}/shows/${show.id}`)
  await shown(page, 'You choose, from €5.00')
})

it('the box office reserves until a date, and so it does what a buyer holds', async () => {
  const show = await shop.publish({ ticketTypes: [standing] })
  await signIn(page, shop)
  await page.goto(`${shop.url}/organiser/shows/${show.id}/box-office`)
  await page.getByRole('button', { name: 'One more: Standing' }).click()
  await page.getByRole('radio', { name: 'Reserve, pay later' }).check()
  await page.getByLabel('Reserved until').waitFor()
  await expectAccessible(page, 'a reservation at the box office')
  await page.getByRole('button', { name: 'Reserve 1 ticket' }).click()
  await shown(page, '1 ticket reserved')

  const buyer = await openContext(browser)
  const theirs = await buyer.page()
  await holdStanding(theirs, `${shop.url}/shows/${show.id}`, 2)
  const orderId = theirs.url().split('/').at(-1) ?? ''
  await page.goto(`${shop.url}/organiser/shows/${show.id}/orders/${orderId}`)
  await page.getByRole('button', { name: 'Reserve until…' }).click()
  await expectAccessible(page, 'until when to reserve')
  await page.getByRole('button', { name: 'Keep them' }).click()
  await shown(page, /^Reserved until .*If nobody has paid by then/)
  await page.getByRole('button', { name: 'Change the date…' }).waitFor()
  await theirs.getByText('Your tickets are reserved').waitFor()
  expect(await theirs.getByRole('timer').count()).toBe(0)
  await expectAccessible(theirs, 'a reservation of one’s own')
  await page.goto(`${shop.url}/organiser/shows/${show.id}`)
  await page
    .getByRole('region', { name: 'Settlement' })
    .getByText('3 tickets are reserved and not paid yet (€135.00).')
    .waitFor()
  await buyer.context.close()
})
