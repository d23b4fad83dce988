// Browsers that say odd things of their reader, keep nothing, or keep a part of the page out.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { sharpest } from '../../server/test/long.ts'
import { launchOptions } from './browser.ts'
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

it('names the cookie to a guest and to an organiser whose browser keeps none', async () => {
  const profile = await mkdtemp(join(tmpdir(), 'holdfast-profile-'))
  await mkdir(join(profile, 'Default'))
  const settings = { profile: { default_content_setting_values: { cookies: 2 } } }
  await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(settings))
  const context = await chromium.launchPersistentContext(profile, { ...launchOptions(), locale: 'en-GB' })
  const blocked = await context.newPage()
  await blocked.goto(urlOf(await shop.publish({})))
  await chooseStanding(blocked, 1)
  await blocked.getByRole('button', { name: 'Hold 1 ticket' }).click()
  await shown(blocked, 'Your browser doesn’t keep this shop’s cookie')
  await expectAccessible(blocked, 'hold without cookies')
  await blocked.goto(`${shop.url}/sign-in`)
  await blocked.getByLabel(/^E-?mail address/).fill(shop.organiser.email)
  await blocked.getByLabel('Password').fill(shop.organiser.password)
  await blocked.getByRole('button', { name: 'Sign in' }).click()
  await shown(blocked, 'Your browser doesn’t keep this shop’s cookie')
  await context.close()
  await rm(profile, { recursive: true, force: true })
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
