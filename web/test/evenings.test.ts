// A show that says more of its evening than its start, and the same show on another day.
import { expect, it } from 'vitest'
import { type Stage, useStage } from './stage.ts'
import { expectAccessible, shown, signIn } from './steps.ts'

let shop: Stage['shop']
let page: Stage['page']
useStage((stage) => {
  ;({ shop, page } = stage)
})

it('says doors, end and age to fans, and is copied to another day with one date', async () => {
  const show = await shop.publish({
    title: 'Songs of the sea',
    startsAt: '2031-03-28T19:00:00Z',
    endsAt: '2031-03-28T22:30:00Z',
    doorsAt: '2031-03-28T18:00:00Z',
    timeZone: 'Europe/Berlin',
  })
  await signIn(page, shop)
  await page.goto(`${shop.url}/organiser/shows/${show.id}/edit`)
  expect(await page.getByLabel('Doors open').inputValue()).toBe('2031-03-28T19:00')
  await page.getByLabel('Minimum age').fill('16')
  await page.getByLabel('Ends at').fill('2031-03-28T19:00')
  await page.getByRole('button', { name: 'Save' }).click()
  await shown(page, 'The show must end after its start.')
  await page.getByLabel('Ends at').fill('2031-03-28T23:00')
  await expectAccessible(page, 'the form with more about the evening')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.waitForURL(`${shop.url}/organiser/shows/${show.id}`)

  await page.getByRole('button', { name: 'Copy show' }).click()
  await expectAccessible(page, 'the question for the day of a copy')
  await page.getByLabel('The copy starts at').fill('2031-04-04T20:00')
  await page.getByRole('button', { name: 'Make the copy' }).click()
  await shown(page, 'This is a draft')
  await page.getByRole('button', { name: 'Put on sale' }).click()
  await page.getByRole('link', { name: 'Public page' }).click()
  await shown(page, /Friday,? 4 April 2031, 20:00/)
  for (const text of ['Doors 19:00', 'Ends 23:00', 'From 16 years']) await shown(page, text)
  await expectAccessible(page, 'a show with doors and end')
})
