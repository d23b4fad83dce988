// Dates and files as the reader writes them: clocks that jump, and a spreadsheet in German.
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { openContext } from './browser.ts'
import { type Stage, useStage } from './stage.ts'
import { signIn } from './steps.ts'

let shop: Stage['shop']
let browser: Stage['browser']
let page: Stage['page']
useStage((stage) => {
  ;({ shop, browser, page } = stage)
})

it.each([
  ['Europe/Berlin', '2027-03-28T02:30', 'Sunday, 28 March 2027', '03:30'],
  ['America/New_York', '2027-03-14T02:15', 'Sunday, 14 March 2027', '03:15'],
  ['Europe/Berlin', '2027-10-31T02:30', 'Sunday, 31 October 2027', '02:30'],
])(
  'in %s says what becomes of %s, a time that the clocks leave out or have twice',
  async (zone, typed, day, time) => {
    await signIn(page, shop)
    await page.goto(`${shop.url}/organiser/new`)
    await page.getByLabel('Time zone').selectOption(zone)
    await page.getByLabel('Starts at').fill(typed)
    await page.getByText(/The clocks go (?:forward|back) then/).waitFor()
    const hint = await page.getByText(/The clocks go (?:forward|back) then/).textContent()
    expect(hint).toContain(day)
    expect(hint).toContain(time)
  },
)

async function exportOf(organiser: Page): Promise<string> {
  const download = organiser.waitForEvent('download')
  await organiser.getByRole('button', { name: /^(?:Export CSV|CSV exportieren)$/ }).click()
  return readFile(await (await download).path(), 'utf8')
}

it('exports orders for a German spreadsheet: marked as UTF-8, semicolons, decimal comma', async () => {
  const free = { name: 'Frei', priceMinor: 0, capacity: 10 }
  const show = await shop.publish({ title: 'Lieder; Gäste', ticketTypes: [free] })
  await shop.take(show.id, show.ticketTypes[0]?.id ?? '', 2)
  const german = await openContext(browser, { locale: 'de-DE' })
  const organiser = await german.page()
  await organiser.goto(`${shop.url}/sign-in`)
  await organiser.locator('input[type=email]').first().fill(shop.organiser.email)
  await organiser.locator('input[type=password]').fill(shop.organiser.password)
  await organiser.getByRole('button', { name: 'Anmelden', exact: true }).click()
  await organiser.getByRole('link', { name: 'Neue Veranstaltung' }).waitFor()
  await organiser.goto(`${shop.url}/organiser/shows/${show.id}`)
  const [head, first] = (await exportOf(organiser)).split('\r\n')
  expect(head).toBe('\uFEFFBestellnummer;Bestell-ID;Datum;Gekauft von;Status;Tickets;Gesamt;Währung')
  expect(first?.split(';').slice(-3)).toEqual(['2 × Frei', '0,00', 'EUR'])
  await german.context.close()
  expect(german.complaints).toEqual([])
})
