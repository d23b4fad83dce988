// Names and questions on the pages: an organiser asks, a buyer answers beside the card form and
// afterwards, and the door finds a ticket by the name on it.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBrowser, openContext } from './browser.ts'
import { enterCard, expectAccessible, expectTickets, holdStanding, pay, shown, signIn } from './steps.ts'
import { startWebShop, type WebShop } from './web-shop.ts'

let shop: WebShop
let browser: Browser
let fan: Page
let house: Page
const complaints: (readonly string[])[] = []
beforeAll(async () => {
  shop = await startWebShop()
  browser = await openBrowser()
  const open = async (width: number) => {
    const watched = await openContext(browser, { viewport: { width, height: 844 } })
    complaints.push(watched.complaints)
    return watched.page()
  }
  fan = await open(390)
  house = await open(1280)
  await signIn(house, shop)
})
afterAll(async () => {
  await browser.close()
  await shop.stop()
})

it('an organiser asks for names and answers, and the show keeps them', async () => {
  const show = await shop.publish({ title: 'Ebb & Flow' })
  await house.goto(`${shop.url}/organiser/shows/${show.id}/edit`)
  await house.getByText('Names and questions').click()
  await house.getByLabel('Ticket holders').selectOption('required')
  await house.getByRole('button', { name: 'Add question' }).click()
  await house.getByLabel('Question', { exact: true }).fill('Food')
  await house.getByLabel('Kind of answer').selectOption('choice')
  await house.getByLabel('Choices, one per line').fill('Meat\nVegan')
  await house.getByLabel('An answer is required').check()
  await house.getByLabel('Show the answer at the door').check()
  await expectAccessible(house, 'form with a question')
  await house.getByRole('button', { name: 'Save' }).click()
  await house.waitForURL((url) => !url.pathname.endsWith('/edit'))
  const response = await house.request.get(`${shop.url}/api/shows/${show.id}`)
  expect(await response.json()).toMatchObject({
    holderNames: 'required',
    questions: [
      {
        text: 'Food',
        kind: 'choice',
        choices: ['Meat', 'Vegan'],
        per: 'ticket',
        required: true,
        atDoor: true,
      },
    ],
  })
})

it('a buyer answers beside the card form, pays, and the door finds the name', async () => {
  const show = await shop.publish({
    title: 'Songs of the sea',
    holderNames: 'required',
    checkNote: 'Over 18: see ID',
    questions: [
      {
        text: 'Food',
        kind: 'choice',
        choices: ['Meat', 'Vegan'],
        per: 'ticket',
        required: true,
        atDoor: true,
      },
      { text: 'Allergies', kind: 'several', choices: ['Nuts', 'Milk'], per: 'ticket' },
      { text: 'How did you hear of us?', kind: 'long_text', per: 'order', help: 'We are curious.' },
    ],
  })
  await holdStanding(fan, `${shop.url}/shows/${show.id}`, 2)
  await shown(fan, '4 details are still missing')
  const first = fan.getByRole('group', { name: 'Ticket 1: Standing' })
  await first.getByLabel(/Full name/).fill('Zoë Müller')
  await first.getByLabel(/Food/).selectOption('Vegan')
  await first.getByLabel('Nuts').check()
  await expectAccessible(fan, 'checkout that asks')
  await fan.getByRole('button', { name: 'Save details' }).click()
  await shown(fan, '2 details are still missing')
  // Nothing that is missing stands in the way.
  await enterCard(fan, '4242424242424242')
  await pay(fan)
  await expectTickets(fan, 2)
  await shown(fan, 'Zoë Müller')
  const second = fan.getByRole('group', { name: 'Ticket 2: Standing' })
  await second.getByLabel(/Full name/).fill('Ann Smith')
  await second.getByLabel(/Food/).selectOption('Meat')
  await fan.getByRole('button', { name: 'Save details' }).click()
  await shown(fan, 'Everything that is required is there.')
  await expectAccessible(fan, 'order with names')

  await house.goto(`${shop.url}/door`)
  await house.getByLabel('Name of this door').fill('North gate')
  await house.getByRole('button', { name: 'Start scanning' }).click()
  await house.getByText('No code? Find the name').click()
  await house.getByRole('combobox', { name: 'Show' }).selectOption(show.id)
  await house.getByLabel('Name of the ticket holder').fill('mueller')
  await house.getByRole('button', { name: 'Search' }).click()
  await house.getByRole('button', { name: /Admit/ }).click()
  await house.getByText('Valid', { exact: true }).waitFor()
  for (const text of ['Zoë Müller', 'Over 18: see ID', 'Vegan']) await shown(house, text)
  await expectAccessible(house, 'door with a name')
  expect(complaints.flat()).toEqual([])
})
