// The box office in a real browser: sells for cash and gives away, with fingers and with keys, and
// the settlement knows of both.
import { expect, it } from 'vitest'
import { openContext } from './browser.ts'
import { type Stage, useStage } from './stage.ts'
import { expectAccessible, holdStanding, shown, signIn } from './steps.ts'
import { seatedType } from './web-shop.ts'

let shop: Stage['shop']
let browser: Stage['browser']
let page: Stage['page']
useStage((stage) => {
  ;({ shop, browser, page } = stage)
})

const types = [seatedType(), { name: 'Standing', priceMinor: 4_500, capacity: 30 }]

it('sells for cash, gives away with a reason, and the settlement tells both apart', async () => {
  const show = await shop.publish({ ticketTypes: types })
  await signIn(page, shop)
  await page.goto(`${shop.url}/organiser/shows/${show.id}`)
  await page.getByRole('link', { name: 'Box office' }).click()
  await page.getByRole('heading', { name: 'Box office' }).waitFor()
  await page.getByRole('checkbox', { name: /row A seat 2,/ }).click()
  await page.getByRole('button', { name: 'One more: Standing' }).click()
  await page.getByRole('button', { name: 'Sell 2 tickets' }).waitFor()
  await expectAccessible(page, 'box office')
  await page.getByRole('button', { name: 'Sell 2 tickets' }).click()
  await shown(page, '2 tickets sold')
  await shown(page, /^Cash: /)
  await expectAccessible(page, 'what was sold')
  const href = (await page.getByRole('link', { name: 'Print 2 tickets' }).getAttribute('href')) ?? ''
  const printed = await page.request.get(`${shop.url}${href}`)
  expect([printed.status(), printed.headers()['content-type']]).toEqual([200, 'application/pdf'])

  // Enter goes on to the next one: nobody needs to look for the button.
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'One more: Standing' }).press('Enter')
  await page.getByRole('radio', { name: 'Complimentary' }).check()
  await page.getByRole('button', { name: 'Sell 1 ticket' }).click()
  await shown(page, 'Say why these tickets are free.')
  await page.getByLabel('Reason').fill('Press')
  await page.getByText('Buyer (optional)').click()
  await page.getByLabel('Name').fill('Clara Reporter')
  await expectAccessible(page, 'a comp')
  await page.getByLabel('Name').press('Enter')
  await shown(page, '1 ticket sold')

  await page.goto(`${shop.url}/organiser/shows/${show.id}`)
  const settlement = page.getByRole('region', { name: 'Settlement' })
  await settlement.getByRole('row', { name: /^Cash/ }).waitFor()
  await settlement.getByRole('row', { name: /^Complimentary 1 order €0\.00/ }).waitFor()
  await settlement.getByText('0 of 3 tickets scanned at the door').waitFor()
  await expectAccessible(page, 'settlement')
  await page.getByRole('link', { name: 'Clara Reporter' }).click()
  await shown(page, 'OrderCompleted')
})

it('records money for what a buyer holds, and fits on a phone', async () => {
  const show = await shop.publish({ ticketTypes: types })
  const buyer = await openContext(browser)
  const theirs = await buyer.page()
  await holdStanding(theirs, `${shop.url}/shows/${show.id}`, 1)
  const orderId = theirs.url().split('/').at(-1) ?? ''
  const phone = await openContext(browser, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  const small = await phone.page()
  await signIn(small, shop)
  await small.goto(`${shop.url}/organiser/shows/${show.id}/orders/${orderId}`)
  await small.getByLabel('How it was paid').selectOption('Bank transfer')
  await expectAccessible(small, 'an open order', { dark: true })
  await small.getByRole('button', { name: 'Record payment' }).click()
  await shown(small, /paid outside of the shop/)
  await theirs.goto(`${shop.url}/orders/${orderId}`)
  await shown(theirs, 'Your ticket')
  for (const path of ['', '/box-office']) {
    await small.goto(`${shop.url}/organiser/shows/${show.id}${path}`)
    await small
      .getByText(path === '' ? 'Bank transfer' : 'How it is paid')
      .first()
      .waitFor()
    await expectAccessible(small, `page ${path}`, { dark: true })
    expect(await small.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(390)
  }
  await phone.context.close()
  await buyer.context.close()
  expect([...phone.complaints, ...buyer.complaints]).toEqual([])
})
