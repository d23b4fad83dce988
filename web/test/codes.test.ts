// Sale periods and codes in a real browser: a page opens by itself, an organiser makes a code, and a
// buyer who has it pays less and sees what others do not.
import { expect, it } from 'vitest'
import { type Stage, useStage } from './stage.ts'
import { expectAccessible, shown } from './steps.ts'

let stage: Stage
useStage((set) => (stage = set))

const inMs = (fromNowMs: number) => new Date(Date.now() + fromNowMs).toISOString()

it('a page counts down to the opening and opens without being loaded again', async () => {
  const { shop, page } = stage
  const show = await shop.publish({
    ticketTypes: [
      { name: 'Standing', priceMinor: 2_000, feeMinor: 150, capacity: 50, saleStartsAt: inMs(10_000) },
      { name: 'Gone', priceMinor: 1_000, capacity: 50, saleEndsAt: inMs(-60_000) },
      { name: 'Group', priceMinor: 1_500, capacity: 50, minPerOrder: 3, maxPerOrder: 4 },
    ],
  })
  const more = (name: string) => page.getByRole('button', { name: `One more: ${name}` })
  await page.goto(`${shop.url}/shows/${show.id}`)
  await page.getByRole('timer', { name: 'Time until the sale opens' }).waitFor()
  expect(await more('Standing').count()).toBe(0)
  await shown(page, 'Sale ended')
  await expectAccessible(page, 'a show that opens later')
  const chosen = (name: string) => page.getByRole('group', { name }).getByRole('status')
  // The first press takes as many as an order must have.
  await more('Group').click()
  expect(await chosen('Group').textContent()).toBe('3')
  await more('Standing').click()
  await shown(page, 'including a fee of €1.50')
  await shown(page, '€66.50')
})

it('an organiser makes a code, and a link with it takes the price down and shows what is hidden', async () => {
  const { shop, page } = stage
  const show = await shop.publish({
    ticketTypes: [
      { name: 'Standing', priceMinor: 2_000, capacity: 50 },
      { name: 'Friends', priceMinor: 500, capacity: 5, hidden: true },
    ],
  })
  const showUrl = `${shop.url}/shows/${show.id}`
  await page.goto(showUrl)
  await page.getByRole('button', { name: 'One more: Standing' }).waitFor()
  expect(await page.getByRole('button', { name: 'Enter a code' }).count()).toBe(0)

  await page.goto(`${shop.url}/sign-in`)
  await page.getByLabel('Email address').fill(shop.organiser.email)
  await page.getByLabel('Password').fill(shop.organiser.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('link', { name: 'New show' }).waitFor()
  await page.goto(`${shop.url}/organiser/shows/${show.id}`)
  await page.getByRole('link', { name: 'Codes' }).click()
  await shown(page, 'No codes yet')
  await expectAccessible(page, 'codes')
  await page.getByLabel('Your own word').fill('Harbour-10')
  await page.getByLabel('Percent', { exact: true }).fill('10')
  await page.getByRole('group', { name: 'Shows hidden tickets' }).getByLabel('Friends').check()
  await page.getByLabel('Uses of each code').fill('2')
  await page.getByRole('button', { name: 'Make codes' }).click()
  await shown(page, '1 code made')
  await shown(page, '10% off · shows Friends')
  await expectAccessible(page, 'codes with one')

  await stage.watched.context.clearCookies()
  await page.goto(`${showUrl}?code=harbour10`)
  await shown(page, '10% off')
  await page.getByRole('button', { name: 'One more: Friends' }).click()
  await page.getByRole('button', { name: 'One more: Standing' }).click()
  await shown(page, 'Discount: Standing')
  await shown(page, '€22.50')
  await expectAccessible(page, 'a show with a code')
  await page.getByLabel('Your email address').fill('fan@example.org')
  await page.getByRole('button', { name: /^Hold / }).click()
  await page.waitForURL(/\/checkout\//)
  await shown(page, 'Code HARBOUR10')
  await shown(page, '€22.50')

  await page.goto(showUrl)
  await page.getByRole('button', { name: 'Enter a code' }).click()
  await page.getByLabel('Code', { exact: true }).fill('nonsense')
  await page.getByRole('button', { name: 'Apply code' }).click()
  await shown(page, 'There’s no such code for this show')
})
