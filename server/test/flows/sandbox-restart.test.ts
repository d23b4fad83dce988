// The embedded card sandbox dies in the middle of a payment: it comes back by itself, and the
// payment ends as it would have.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { freePort } from '../../src/platform/process/ports.ts'
import { asGuest, pay, placeOrder, publishShow, readOrder, signUp } from '../client.ts'
import { waitFor } from '../wait.ts'
import { type ShopProcess, startShopProcess } from './shop-process.ts'

const directory = await mkdtemp(join(tmpdir(), 'holdfast-restart-'))
let shop: ShopProcess | undefined

afterAll(async () => {
  await shop?.end('SIGTERM')
  await rm(directory, { recursive: true, force: true })
})

it('a sandbox that dies after it took the money is started again, and the order becomes complete', async () => {
  const sandboxPort = await freePort()
  shop = await startShopProcess({
    PORT: String(await freePort()),
    SANDBOX_PORT: String(sandboxPort),
    DATA_DIR: directory,
  })
  const organiser = await signUp(shop.url)
  const show = await publishShow(organiser)
  const buyer = await asGuest(shop.url)
  const { body: order } = await placeOrder(buyer, show)
  const fault = await fetch(`http://127.0.0.1:${sandboxPort}/_sandbox/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'crash', when: 'after', times: 1 }),
  })
  expect(fault.status).toBeLessThan(300)
  await pay(buyer, order.id)
  await waitFor(
    'the order complete',
    async () => (await readOrder(buyer, order.id)).status === 'complete',
    60_000,
  )
  expect(shop.output()).toContain('the card sandbox ended')
})
