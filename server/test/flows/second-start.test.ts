// Somebody starts the shop a second time by mistake: the second start says no, and the first shop
// keeps its database.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { freePort } from '../../src/platform/process/ports.ts'
import { asGuest, expectStatus, placeOrder, publishShow, signUp } from '../client.ts'
import { type ShopProcess, startShopProcess } from './shop-process.ts'

const directory = await mkdtemp(join(tmpdir(), 'holdfast-second-'))
let shop: ShopProcess | undefined

afterAll(async () => {
  await shop?.end('SIGTERM')
  await rm(directory, { recursive: true, force: true })
})

it('a second start on the same data fails, and the first shop sells on', async () => {
  const environment = {
    PORT: String(await freePort()),
    SANDBOX_PORT: String(await freePort()),
    DATA_DIR: directory,
  }
  shop = await startShopProcess(environment)
  const show = await publishShow(await signUp(shop.url))
  // Its own port for the sandbox, so that it gets as far as the sandbox's store.
  const second = startShopProcess({ ...environment, SANDBOX_PORT: String(await freePort()) })
  const { code, said } = await second.then(
    async (process) => ({ code: await process.ended, said: process.output() }),
    (error: Error) => ({ code: 1, said: error.message }),
  )
  expect(code).not.toBe(0)
  expect(said).toContain('is used by another sandbox')
  expectStatus(await placeOrder(await asGuest(shop.url), show), 201)
})
