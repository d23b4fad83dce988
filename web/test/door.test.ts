// The door through a camera: a picture of a real ticket's code, read by the page's own reader, in a
// browser that has none.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { encodeQR } from 'qr'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBrowser, openContext, type WatchedContext } from './browser.ts'
import { expectAccessible, shown, signIn } from './steps.ts'
import { startWebShop, type WebShop } from './web-shop.ts'

const [width, height] = [640, 480]

/**
 * A film of one second in which somebody holds a code up to the camera: grey, a little turned, not
 * quite in the middle.
 */
function filmOf(text: string): Buffer {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 4 })
  const scale = 300 / rows.length
  const [sin, cos] = [Math.sin(0.12), Math.cos(0.12)]
  const luma = Buffer.alloc(width * height, 150)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [across, down] = [x - 340, y - 230]
      const column = Math.floor((across * cos + down * sin) / scale + rows.length / 2)
      const row = Math.floor((down * cos - across * sin) / scale + rows.length / 2)
      const dark = rows[row]?.[column]
      if (dark !== undefined) luma[y * width + x] = dark ? 40 : 215
    }
  }
  const chroma = Buffer.alloc((width / 2) * (height / 2) * 2, 128)
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, chroma])
  return Buffer.concat([
    Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`),
    ...Array<Buffer>(10).fill(frame),
  ])
}

let shop: WebShop
let directory: string
let browser: Browser
let watched: WatchedContext
let page: Page

beforeAll(async () => {
  shop = await startWebShop()
  const show = await shop.publish({ ticketTypes: [{ name: 'Standing', priceMinor: 0, capacity: 5 }] })
  const order = await shop.take(show.id, show.ticketTypes[0]?.id ?? '', 1)
  directory = await mkdtemp(join(tmpdir(), 'holdfast-door-'))
  const film = join(directory, 'ticket.y4m')
  await writeFile(film, filmOf(order.tickets?.[0]?.code ?? ''))
  browser = await openBrowser([
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`,
  ])
  watched = await openContext(browser, { viewport: { width: 390, height: 844 } })
  page = await watched.page()
})
afterAll(async () => {
  await browser.close()
  await shop.stop()
  await rm(directory, { recursive: true, force: true })
})

it('reads a ticket from the camera, lets its holder in, and says when and where it was used when it is seen again', async () => {
  await signIn(page, shop)
  await page.goto(`${shop.url}/door`)
  await page.getByLabel('Name of this door').fill('North gate')
  await page.getByRole('button', { name: 'Start scanning' }).click()
  expect(
    await page.evaluate(() => 'BarcodeDetector' in globalThis),
    'this browser reads codes by itself',
  ).toBe(false)
  await page.getByRole('button', { name: 'Scan with the camera' }).click()
  await page.getByText('Valid', { exact: true }).waitFor()
  await expectAccessible(page, 'door with its camera')
  // While it is held up it counts once; looked for anew, it is refused.
  await page.getByRole('button', { name: 'Stop the camera' }).click()
  await page.getByRole('button', { name: 'Scan with the camera' }).click()
  await page.getByText('Already used').waitFor()
  await shown(page, 'At: North gate')
  await page.getByRole('button', { name: 'Stop the camera' }).click()
  // Another load of the page knows which door it is.
  await page.goto(`${shop.url}/door`)
  await shown(page, 'Door: North gate')
  expect(watched.complaints).toEqual([])
})

it('says that there is no answer while the shop cannot be reached, and asks again without letting anybody in twice', async () => {
  const show = await shop.publish({ ticketTypes: [{ name: 'Balcony', priceMinor: 0, capacity: 5 }] })
  const order = await shop.take(show.id, show.ticketTypes[0]?.id ?? '', 1)
  // The shop lets the ticket in, but its answer is lost on the way, each time.
  await page.route('**/api/tickets/check-in', async (route) => {
    await route.fetch()
    await route.abort()
  })
  await page.getByLabel('Ticket code').fill(order.tickets?.[0]?.code ?? '')
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('No answer').first().waitFor()
  await expectAccessible(page, 'door without an answer')
  await page.unroute('**/api/tickets/check-in')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('Valid', { exact: true }).waitFor()
  await shown(page, 'Balcony')
})
