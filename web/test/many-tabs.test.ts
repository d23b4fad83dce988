// One reader with many tabs. Over HTTP/1.1 a browser has six connections to a shop for all of them.
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { itLong, sharpest } from '../../server/test/long.ts'
import { waitFor } from '../../server/test/wait.ts'
import { openContext } from './browser.ts'
import { type Stage, useStage } from './stage.ts'
import { enterCard, holdStanding, pay, shown, signIn } from './steps.ts'

let shop: Stage['shop']
let browser: Stage['browser']
let watched: Stage['watched']
let page: Stage['page']
useStage((stage) => {
  ;({ shop, browser, watched, page } = stage)
})

const urlOf = (show: { id: string }) => `${shop.url}/shows/${show.id}`

async function openStreams(): Promise<number> {
  const text = await (await fetch(`${shop.url}/metrics`)).text()
  return [...text.matchAll(/^holdfast_live_listeners\{.*\} (\d+)$/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  )
}

const expectStreams = (count: number) =>
  waitFor(`${count} open streams`, async () => (await openStreams()) === count)

/** Tabs of one browser. Each is visible, as windows beside each other are: the worst case. */
async function openTabs(urls: readonly string[]): Promise<Page[]> {
  const tabs: Page[] = []
  for (const url of urls) {
    const tab = await watched.page()
    await tab.goto(url)
    await tab.getByText('Live', { exact: true }).waitFor()
    tabs.push(tab)
  }
  return tabs
}

const ten = Array.from({ length: 10 }, (_, index) => index)

async function buyIn(tab: Page): Promise<void> {
  await tab.getByRole('button', { name: /^Hold / }).click()
  await tab.waitForURL(/\/checkout\//)
  await enterCard(tab, '4242424242424242')
  await pay(tab)
  await tab.getByRole('img', { name: /^QR code/ }).waitFor()
}

async function chooseOne(tab: Page): Promise<void> {
  await tab.getByRole('button', { name: 'One more: Standing' }).click()
  await tab.getByLabel('Your email address').fill('tabs@example.org')
}

it('buys in the first and in the last of ten open tabs of one show, and holds one stream', async () => {
  const url = urlOf(await shop.publish({}))
  const tabs = await openTabs(ten.map(() => url))
  const [first, last] = [tabs[0], tabs.at(-1)]
  if (!first || !last) throw new Error('no tabs')
  await expectStreams(1)
  await chooseOne(first)
  await buyIn(first)
  await expectStreams(1)
  // The others can be seen, so they learn of the sale too.
  for (const tab of tabs.slice(1)) await shown(tab, '99 left')
  await chooseOne(last)
  await buyIn(last)
  await expectStreams(1)
})

itLong('buys beside nine tabs of other shows, checkouts and figures', async () => {
  await signIn(page, shop)
  const urls: string[] = []
  for (const index of ten.slice(0, 3)) {
    const show = await shop.publish({ title: `Other ${index}` })
    urls.push(urlOf(show))
    const tab = await watched.page()
    await tab.goto(urlOf(show))
    await tab.getByRole('button', { name: 'One more: Standing' }).click()
    await tab.getByRole('button', { name: /^Hold / }).click()
    await tab.waitForURL(/\/checkout\//)
    await (await watched.page()).goto(`${shop.url}/organiser/shows/${show.id}`)
  }
  await openTabs(urls)
  expect(watched.context.pages()).toHaveLength(10)
  const show = await shop.publish({})
  await page.goto(urlOf(show))
  await page.getByRole('button', { name: 'One more: Standing' }).click()
  await buyIn(page)
  await expectStreams(1)
})

it('closes the stream of a hidden tab, and shows the newest state when it is seen again', async () => {
  const show = await shop.publish({})
  await page.goto(urlOf(show))
  await expectStreams(1)
  const see = (state: 'hidden' | 'visible') =>
    page.evaluate((wanted) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => wanted })
      document.dispatchEvent(new Event('visibilitychange'))
    }, state)
  await see('hidden')
  await expectStreams(0)
  const other = await openContext(browser)
  await holdStanding(await other.page(), urlOf(show), 2)
  await other.context.close()
  await see('visible')
  await shown(page, '98 left')
  await expectStreams(1)
})

const ends: readonly (readonly [string, (tab: Page) => Promise<unknown>])[] = [
  ['crashes', (tab) => tab.goto('chrome://crash').catch(() => undefined)],
  ['is closed', (tab) => tab.close()],
  ['goes elsewhere', (tab) => tab.goto('about:blank')],
]

it.each(sharpest(ends))('goes on in the other tabs when the one that streams %s', async (_what, end) => {
  const show = await shop.publish({})
  const [other, streaming] = await openTabs([urlOf(show), urlOf(show)])
  if (!other || !streaming) throw new Error('no tabs')
  await end(streaming)
  const buyer = await openContext(browser)
  await holdStanding(await buyer.page(), urlOf(show), 3)
  await buyer.context.close()
  await shown(other, '97 left')
})

const channels: readonly (readonly [string, () => unknown])[] = [
  ['is missing', () => Reflect.deleteProperty(globalThis, 'BroadcastChannel')],
  [
    'is forbidden',
    () => {
      globalThis.BroadcastChannel = new Proxy(BroadcastChannel, {
        construct() {
          throw new DOMException('no storage here', 'SecurityError')
        },
      })
    },
  ],
]

it.each(sharpest(channels))(
  'streams on its own where the channel between tabs %s',
  async (_what, breakChannel) => {
    await watched.context.addInitScript(breakChannel)
    await page.goto(urlOf(await shop.publish({})))
    await page.getByText('Live', { exact: true }).waitFor()
    await expectStreams(1)
  },
)
