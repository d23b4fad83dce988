// Browsers that say odd things of their reader, keep nothing, or keep a part of the page out.
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { sharpest } from '../../server/test/long.ts'
import { type Stage, useStage } from './stage.ts'
import { chooseStanding, enterCard, expectAccessible, holdStanding, pay, shown, signIn } from './steps.ts'

let shop: Stage['shop']
let watched: Stage['watched']
let page: Stage['page']
useStage((stage) => {
  ;({ shop, watched, page } = stage)
})

const urlOf = (show: { id: string }) => `${shop.url}/shows/${show.id}`

const languages = [
  ['en_US', /^Your e-?mail address/, '$45.00'],
  ['en-US@posix', /^Your e-?mail address/, '$45.00'],
  ['C', /^Your e-?mail address/, 'US$45.00'],
  ['', /^Your e-?mail address/, 'US$45.00'],
  ['de_DE.UTF-8', /E-Mail-Adresse/, '45,00 $'],
] as const

it.each(sharpest(languages))('speaks to a reader whose language is %j', async (tag, label, price) => {
  await page.addInitScript((wanted) => {
    Object.defineProperty(navigator, 'languages', { get: () => [wanted] })
    Object.defineProperty(navigator, 'language', { get: () => wanted })
  }, tag)
  await page.goto(urlOf(await shop.publish({ currency: 'USD' })))
  await page.getByLabel(label).waitFor()
  await shown(page, price)
})

const storages: readonly (readonly [string, () => void])[] = [
  [
    'throws',
    () =>
      Object.defineProperty(globalThis, 'localStorage', {
        get() {
          throw new DOMException('no storage here', 'SecurityError')
        },
      }),
  ],
  ['is null', () => Object.defineProperty(globalThis, 'localStorage', { value: null })],
  [
    'is full',
    () => {
      Storage.prototype.setItem = () => {
        throw new DOMException('no more', 'QuotaExceededError')
      }
    },
  ],
]

it.each(sharpest(storages))(
  'remembers for as long as the page lasts when its storage %s',
  async (_what, breakStorage) => {
    await watched.context.addInitScript(breakStorage)
    await signIn(page, shop)
    await page.getByRole('contentinfo').getByRole('combobox').selectOption('de')
    await page
      .getByRole('link', { name: /Einlass|Tür/ })
      .first()
      .click()
    await page.getByRole('textbox').first().fill('Nordtor')
    await page.getByRole('textbox').first().press('Enter')
    await shown(page, /Nordtor/)
  },
)

/** Whatever the browser, no cookie comes or goes. The shop answers as it does to everybody. */
async function keepNoCookies(target: Page): Promise<void> {
  await target.route(`${shop.url}/**`, async (route) => {
    const request = route.request()
    // A stream never ends, and brings no cookie.
    if (request.url().includes('/stream')) return route.abort()
    const { cookie: _, ...headers } = await request.allHeaders()
    const body = request.postDataBuffer()
    const response = await fetch(request.url(), {
      method: request.method(),
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':'))),
      body: body === null ? null : new Uint8Array(body),
      redirect: 'manual',
    })
    const plain = new Headers(response.headers)
    for (const name of ['set-cookie', 'content-encoding', 'content-length']) plain.delete(name)
    return route.fulfill({
      status: response.status,
      headers: Object.fromEntries(plain),
      body: Buffer.from(await response.arrayBuffer()),
    })
  })
}

it('names the cookie to a guest and to an organiser whose browser keeps none', async () => {
  await keepNoCookies(page)
  await page.goto(urlOf(await shop.publish({})))
  await chooseStanding(page, 1)
  await page.getByRole('button', { name: 'Hold 1 ticket' }).click()
  await shown(page, 'Your browser doesn’t keep this shop’s cookie')
  await expectAccessible(page, 'hold without cookies')
  await page.goto(`${shop.url}/sign-in`)
  await page.getByLabel(/^E-?mail address/).fill(shop.organiser.email)
  await page.getByLabel('Password').fill(shop.organiser.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await shown(page, 'Your browser doesn’t keep this shop’s cookie')
})

const blocks: readonly (readonly [string, string, (target: Page, url: string) => Promise<unknown>])[] = [
  [
    'script is kept out',
    '**/*stripe*.js',
    (target: Page, url: string) => target.route(url, (route) => route.abort()),
  ],
  [
    'script is replaced by the page of a filter',
    '**/*stripe*.js',
    (target: Page, url: string) =>
      target.route(url, (route) =>
        route.fulfill({ contentType: 'text/javascript', body: 'document.title = "blocked"' }),
      ),
  ],
  [
    'script hangs',
    '**/*stripe*.js',
    // Neither an answer nor an error: a network that swallows what it does not know.
    (target: Page, url: string) => target.route(url, () => undefined),
  ],
  [
    'frame is kept out',
    '**/*card-form*',
    (target: Page, url: string) => target.route(url, (route) => route.abort()),
  ],
]

it.each(sharpest(blocks))(
  'says what to do when the card form’s %s, and pays once it is let in',
  async (_what, url, block) => {
    await block(page, url)
    await holdStanding(page, urlOf(await shop.publish({})), 1)
    await shown(page, 'The card form didn’t load.')
    await expectAccessible(page, 'checkout without a card form')
    await page.unroute(url)
    await page.getByRole('button', { name: 'Try again' }).click()
    await enterCard(page, '4242424242424242')
    await pay(page)
    await page.getByRole('img', { name: /^QR code/ }).waitFor()
  },
)

it('leads on with another card where the bank’s frame is kept out', async () => {
  await page.route('**/_sandbox/3ds/**', (route) => route.abort())
  await holdStanding(page, urlOf(await shop.publish({})), 1)
  await enterCard(page, '4000002760003184')
  await pay(page)
  await page.locator('dialog').getByRole('button').click()
  await shown(page, 'Your bank didn’t confirm the payment')
  await enterCard(page, '4242424242424242')
  await pay(page)
  await page.getByRole('img', { name: /^QR code/ }).waitFor()
})

it.each(sharpest(['', 'Etc/Unknown', undefined]))(
  'makes a show in a browser whose time zone is %j',
  async (zone) => {
    await watched.context.addInitScript((wanted) => {
      const resolve = Intl.DateTimeFormat.prototype.resolvedOptions
      Intl.DateTimeFormat.prototype.resolvedOptions = function resolvedOptions() {
        return { ...resolve.call(this), timeZone: wanted }
      }
    }, zone)
    await signIn(page, shop)
    await page.goto(`${shop.url}/organiser/new`)
    await shown(page, 'Your browser doesn’t tell us your time zone.')
    expect(await page.getByLabel('Time zone').inputValue()).toBe('UTC')
    await expectAccessible(page, 'new show without a time zone')
    await page.goto(urlOf(await shop.publish({ startsAt: '2027-03-06T19:00:00Z' })))
    await shown(page, /Saturday,? 6 March 2027, 20:00/)
  },
)
