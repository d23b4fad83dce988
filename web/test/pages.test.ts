// How the pages behave whatever is sold: off line, in German, in the dark on a small phone, on
// other people's sites.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { openContext } from './browser.ts'
import { type Stage, useStage } from './stage.ts'
import { chooseStanding, enterCard, expectAccessible, pay, shown } from './steps.ts'
import { seatedType } from './web-shop.ts'

let shop: Stage['shop']
let browser: Stage['browser']
let watched: Stage['watched']
let page: Stage['page']
useStage((stage) => {
  ;({ shop, browser, watched, page } = stage)
})

const urlOf = (show: { id: string }) => `${shop.url}/shows/${show.id}`

describe('the page', () => {
  it('says that it is off line, and that the shop cannot be reached, and recovers', async () => {
    const url = urlOf(await shop.publish({}))
    await page.goto(url)
    await chooseStanding(page, 1)
    await page.route('**/api/**', (route) => route.abort())
    await watched.context.setOffline(true)
    await shown(page, 'You’re offline.')
    await watched.context.setOffline(false)
    await page.getByRole('button', { name: 'Hold 1 ticket' }).click()
    await shown(page, 'Can’t reach the shop.')
    await page.unroute('**/api/**')
    await page.getByRole('button', { name: 'Hold 1 ticket' }).click()
    await page.waitForURL(/\/checkout\//)
  })

  it('speaks German to those who read German, with German dates and money', async () => {
    const show = await shop.publish({ title: 'Gezeiten', startsAt: '2027-03-06T19:00:00Z' })
    const german = await openContext(browser, { locale: 'de-DE' })
    const seite = await german.page()
    await seite.goto(urlOf(show))
    await shown(seite, 'Samstag, 6. März 2027, 20:00 Uhr')
    await seite
      .getByText(/45,00\s€/)
      .first()
      .waitFor()
    await seite.getByRole('button', { name: 'Eins mehr: Standing' }).click()
    await seite.getByRole('button', { name: '1 Ticket reservieren' }).waitFor()
    expect(await seite.evaluate(() => document.documentElement.lang)).toBe('de')
    await german.context.close()
    expect(german.complaints).toEqual([])
  })

  it('is accessible in the dark, and no wider than a phone of 360 pixels', async () => {
    const show = await shop.publish({
      title: 'Donaudampfschifffahrtsgesellschaftskapitänsmützenabend',
      ticketTypes: [seatedType(), { name: 'Standing', priceMinor: 4_500, capacity: 3 }],
    })
    const phone = await openContext(browser, {
      viewport: { width: 360, height: 740 },
      colorScheme: 'dark',
      reducedMotion: 'reduce',
      isMobile: true,
      hasTouch: true,
    })
    const small = await phone.page()
    const expectNarrow = async (what: string) => {
      expect(
        await small.evaluate(() => document.documentElement.scrollWidth),
        `width of ${what}`,
      ).toBeLessThanOrEqual(360)
      await expectAccessible(small, `${what} in the dark`, { dark: true })
    }
    await small.goto(shop.url)
    await shown(small, show.title)
    await expectNarrow('list of shows')
    await small.goto(urlOf(show))
    await small.getByRole('checkbox', { name: /row A seat 2,/ }).click()
    await chooseStanding(small, 1)
    await expectNarrow('seat map')
    await small.getByRole('button', { name: 'Hold 2 tickets' }).click()
    await enterCard(small, '4000000000000002')
    await pay(small)
    await shown(small, 'Your bank declined this card')
    await expectNarrow('checkout')
    await enterCard(small, '4242424242424242')
    await pay(small)
    await small
      .getByRole('img', { name: /^QR code/ })
      .first()
      .waitFor()
    await expectNarrow('tickets')
    await phone.context.close()
    expect(phone.complaints).toEqual([])
  })

  it.each([
    ['standing places', undefined],
    ['a seat map', [seatedType()]],
  ])(
    'loads less than 120 kB of scripts for a show with %s, even where only gzip is spoken',
    async (_kind, ticketTypes) => {
      const show = await shop.publish(ticketTypes ? { ticketTypes } : {})
      const scripts = new Map<string, Promise<Buffer>>()
      page.on('response', (response) => {
        if (response.request().resourceType() === 'script') scripts.set(response.url(), response.body())
      })
      await page.goto(urlOf(show))
      await (ticketTypes
        ? page.getByRole('checkbox')
        : page.getByRole('button', { name: 'One more: Standing' })
      )
        .first()
        .waitFor()
      await page.waitForLoadState('load')
      const bodies = await Promise.all(scripts.values())
      const bytes = bodies.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0)
      expect(bytes).toBeGreaterThan(10_000)
      expect(bytes).toBeLessThan(120_000)
    },
  )

  it('finds shows by words and days, keeps what was asked in the address, and says when nothing is on', async () => {
    const dated = (title: string, startsAt: string) =>
      shop.publish({ title, startsAt, timeZone: 'Europe/Berlin' })
    await dated('Ebb in June', '2029-06-10T18:00:00Z')
    await dated('Flood in June', '2029-06-20T22:30:00Z')
    await dated('Ebb in July', '2029-07-01T18:00:00Z')
    await page.goto(shop.url)
    await shown(page, 'Ebb in June')
    // By keyboard: from the search to the days.
    await page.getByRole('searchbox', { name: 'Search' }).focus()
    await page.keyboard.type('in ju')
    await page.waitForURL(/\?q=in\+ju$/)
    await page.getByLabel('From', { exact: true }).fill('2029-06-21')
    await page.getByLabel('To', { exact: true }).fill('2029-06-21')
    await page.waitForURL(/from=2029-06-21&to=2029-06-21/)
    // Half past midnight in Berlin: on the 21st where it takes place.
    await page.getByRole('link', { name: 'Flood in June' }).waitFor()
    await page.getByRole('link', { name: 'Ebb in June' }).waitFor({ state: 'detached' })
    await page.reload()
    await page.getByRole('link', { name: 'Flood in June' }).waitFor()
    expect(await page.getByLabel('From', { exact: true }).inputValue()).toBe('2029-06-21')
    await page.getByRole('link', { name: 'Flood in June' }).click()
    await page.getByRole('heading', { name: 'Flood in June' }).waitFor()
    await page.goBack()
    expect(await page.getByRole('searchbox', { name: 'Search' }).inputValue()).toBe('in ju')
    await page.getByRole('searchbox', { name: 'Search' }).fill('Ebb')
    await shown(page, 'No shows match “Ebb”')
    await expectAccessible(page, 'list with nothing found')
    await page.getByRole('link', { name: 'Clear filters' }).click()
    await page.getByRole('link', { name: 'Ebb in July' }).waitFor()
    expect(await page.getByRole('searchbox', { name: 'Search' }).inputValue()).toBe('')
  })

  it('shows a large hall on a phone: two fingers zoom, letters of rows stay in sight, one press fits it all', async () => {
    const seats = Array.from({ length: 360 }, (_, index) => ({
      section: 'Stalls',
      row: String.fromCharCode(65 + Math.floor(index / 45)),
      number: String((index % 45) + 1),
    }))
    const show = await shop.publish({ ticketTypes: [{ name: 'Stalls', priceMinor: 2_200, seats }] })
    const phone = await openContext(browser, {
      viewport: { width: 360, height: 740 },
      isMobile: true,
      hasTouch: true,
    })
    const small = await phone.page()
    await small.goto(urlOf(show))
    const map = small.getByRole('group', { name: 'Seat map' })
    await map.waitFor()
    await map.scrollIntoViewIfNeeded()
    const widthOf = async () => (await map.boundingBox())?.width ?? 0
    const letter = small.locator('svg text', { hasText: /^C$/ })
    const before = { width: await widthOf(), letter: await letter.boundingBox() }
    expect(before.width).toBe(45 * 30)
    const session = await phone.context.newCDPSession(small)
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart: number) =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints:
          type === 'touchEnd' ? [] : [-1, 1].map((side, id) => ({ x: 180 + side * apart, y: 400, id })),
      })
    await touch('touchStart', 100)
    for (const apart of [90, 75, 60, 50]) await touch('touchMove', apart)
    await touch('touchEnd', 0)
    await expect.poll(widthOf).toBe((45 * 30) / 2)
    expect((await letter.boundingBox())?.x, 'the letter stays at its edge').toBe(before.letter?.x)
    await small.getByRole('button', { name: 'Fit the whole hall' }).click()
    await expect.poll(widthOf).toBeLessThan(330)
    await expectAccessible(small, 'whole hall on a phone')
    await phone.context.close()
    expect(phone.complaints).toEqual([])
  })

  it('puts a button that leads to the show on any other site, by one script', async () => {
    const show = await shop.publish({})
    // A site of its own on this machine: browsers let no page from far away load from here.
    const script = `<script src="${shop.url}/embed.js" data-show="${show.id}" data-label="Get tickets"></script>`
    const site = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end(`<p>Our band</p>${script}`),
    )
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`)
    const button = page.getByRole('link', { name: 'Get tickets' })
    await button.waitFor()
    expect(await button.getAttribute('href')).toBe(urlOf(show))
    site.close()
    site.closeAllConnections()
  })

  it('tells search engines and those who pass a link on what the show is, as text', async () => {
    const show = await shop.publish({
      title: 'Rock & </script><b>Roll',
      description: 'Loud. <i>Very</i> loud.',
    })
    const html = await (await fetch(urlOf(show), { headers: { accept: 'text/html' } })).text()
    expect(html).toContain('<title>Rock &#38; &#60;/script&#62;&#60;b&#62;Roll · Holdfast</title>')
    const [, json = ''] = /<script type="application\/ld\+json">(.*?)<\/script>/.exec(html) ?? []
    const event = JSON.parse(json) as { readonly startDate: string }
    expect(event).toMatchObject({
      '@type': 'Event',
      name: show.title,
      offers: [{ price: '45.00', priceCurrency: 'EUR', availability: 'https://schema.org/InStock' }],
    })
    // Told to the second, with the offset of the show's zone.
    expect(new Date(event.startDate).toISOString()).toBe(show.startsAt.replace(/\.\d+Z$/, '.000Z'))
    // A slash at the end is no difference, for people and for those who preview the link.
    const slashed = await fetch(`${urlOf(show)}/`, { headers: { accept: 'text/html' } })
    expect([slashed.status, await slashed.text()]).toEqual([200, html])
    await page.goto(urlOf(show))
    await page.getByRole('heading', { name: show.title }).waitFor()
    expect(await (await fetch(`${shop.url}/sitemap.xml`)).text()).toContain(`/shows/${show.id}</loc>`)
  })
})
