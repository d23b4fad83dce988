// Measures the show page as a slow phone has it: how soon it can be read, and how smoothly a large
// hall moves. Prints figures.
import type { ShowBody, ShowView } from '@holdfast/contract'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { openBrowser } from '../test/browser.ts'
import { withShop } from './own-shop.ts'

/** A processor four times slower than this one. */
const slowdown = 4
const loads = 7

async function publish(url: string, changes: Partial<ShowBody>): Promise<ShowView> {
  const post = async <Answer>(
    path: string,
    body: unknown,
    cookie = '',
  ): Promise<{ answer: Answer; cookie: string }> => {
    const headers = { 'content-type': 'application/json', cookie }
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${path} answered ${response.status}`)
    return {
      answer: (await response.json()) as Answer,
      cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '',
    }
  }
  const email = `${crypto.randomUUID()}@example.org`
  const { cookie } = await post('/api/users/signup', { email, password: 'a long password' })
  const startsAt = new Date(Date.now() + 40 * 86_400_000).toISOString()
  const body = {
    title: 'The Tide',
    startsAt,
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    ticketTypes: [],
    ...changes,
  }
  const { answer: draft } = await post<ShowView>('/api/shows', body, cookie)
  return (await post<ShowView>(`/api/shows/${draft.id}/publish`, {}, cookie)).answer
}

const median = (values: readonly number[]) =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0

async function openSlowly(
  browser: Browser,
  viewport = { width: 1280, height: 900 },
): Promise<{ page: Page; session: CDPSession }> {
  const page = await (await browser.newContext({ viewport })).newPage()
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  return { page, session }
}

/** From the first byte asked for until the text is painted, and until tickets can be chosen. */
async function measureLoads(
  browser: Browser,
  address: string,
  ready: string,
): Promise<{ readable: number; ready: number }> {
  const times: { readable: number; ready: number }[] = []
  for (let load = 0; load < loads; load += 1) {
    const { page } = await openSlowly(browser)
    await page.goto(address)
    await page.locator(ready).first().waitFor()
    times.push(
      await page.evaluate(() => ({
        readable: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
        ready: performance.now(),
      })),
    )
    await page.context().close()
  }
  return {
    readable: median(times.map((time) => time.readable)),
    ready: median(times.map((time) => time.ready)),
  }
}

/** Frames while something goes on, as the page itself sees them. */
async function countFrames(
  page: Page,
  work: () => Promise<void>,
): Promise<{ perSecond: number; slowest: number }> {
  await page.evaluate(() => {
    const frames: number[] = []
    const next = (at: number) => {
      frames.push(at)
      requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
    Object.assign(globalThis, { frames })
  })
  await work()
  const frames = await page.evaluate(() => (globalThis as unknown as { frames: number[] }).frames)
  const gaps = frames.slice(1).map((at, index) => at - (frames[index] ?? at))
  const elapsed = (frames.at(-1) ?? 0) - (frames[0] ?? 0)
  return { perSecond: (gaps.length * 1000) / elapsed, slowest: Math.max(...gaps) }
}

async function measureDrag(browser: Browser, address: string) {
  const { page } = await openSlowly(browser)
  await page.goto(address)
  await page.getByRole('checkbox').first().waitFor()
  const box = await page
    .locator('svg[role=group]')
    .locator('xpath=ancestor::div[contains(@class,"overflow-auto")]')
    .boundingBox()
  if (!box) throw new Error('the map is not shown')
  const [x, y] = [box.x + box.width / 2, Math.min(box.y + box.height / 2, 700)]
  await page.mouse.move(x, y)
  await page.mouse.down()
  const figures = await countFrames(page, async () => {
    for (let step = 0; step < 240; step += 1)
      await page.mouse.move(x + 300 * Math.sin(step / 12), y + 120 * Math.cos(step / 9))
  })
  await page.mouse.up()
  await page.context().close()
  return figures
}

async function measurePinch(browser: Browser, address: string) {
  const { page, session } = await openSlowly(browser, { width: 390, height: 844 })
  await session.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 2 })
  await page.goto(address)
  await page.getByRole('checkbox').first().waitFor()
  await page.locator('svg[role=group]').scrollIntoViewIfNeeded()
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart: number) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints:
        type === 'touchEnd' ? [] : [-1, 1].map((side, id) => ({ x: 195 + side * apart, y: 500, id })),
    })
  await touch('touchStart', 90)
  const figures = await countFrames(page, async () => {
    for (let step = 0; step < 120; step += 1) await touch('touchMove', 90 + 45 * Math.sin(step / 9))
  })
  await touch('touchEnd', 0)
  await page.context().close()
  return figures
}

const say = (text: string) => process.stdout.write(`${text}\n`)
const frames = ({ perSecond, slowest }: { perSecond: number; slowest: number }) =>
  `${perSecond.toFixed(0)} frames/s, the slowest frame ${slowest.toFixed(0)} ms`

await withShop(async (url) => {
  const browser = await openBrowser()
  try {
    const standing = await publish(url, {
      ticketTypes: [{ name: 'Standing', priceMinor: 4_500, capacity: 100 }],
    })
    const seats = Array.from({ length: 5_000 }, (_, index) => ({
      section: 'Stalls',
      row: String(Math.floor(index / 100) + 1),
      number: String((index % 100) + 1),
    }))
    const hall = await publish(url, { ticketTypes: [{ name: 'Stalls', priceMinor: 4_500, seats }] })
    const addressOf = (show: ShowView) => `${url}/shows/${show.id}`
    say(`With a processor ${slowdown} times slower, median of ${loads} loads:`)
    const plain = await measureLoads(browser, addressOf(standing), '#hold-form')
    say(
      `- show page: readable after ${plain.readable.toFixed(0)} ms, ready to hold after ${plain.ready.toFixed(0)} ms`,
    )
    const seated = await measureLoads(browser, addressOf(hall), '[role=checkbox]')
    say(
      `- show of 5,000 seats: readable after ${seated.readable.toFixed(0)} ms, map ready after ${seated.ready.toFixed(0)} ms`,
    )
    say(`- map of 5,000 seats dragged by mouse: ${frames(await measureDrag(browser, addressOf(hall)))}`)
    say(`- map of 5,000 seats pinched on a phone: ${frames(await measurePinch(browser, addressOf(hall)))}`)
  } finally {
    await browser.close()
  }
})
