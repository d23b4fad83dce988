// A shop at every address that a machine has, and run by a user whom the machine does not know: it
// starts, says where it is, and sells.

import { once } from 'node:events'
import { statSync } from 'node:fs'
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import type { ShopConfig } from '@holdfast/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findOwnAddress } from '../../src/config/hosts.ts'
import { freePort } from '../../src/platform/process/ports.ts'
import { asGuest, expectStatus, makeClient, pay, placeOrder, publishShow, signUp } from '../client.ts'
import { makeTestDatabase, type TestDatabase } from '../database.ts'
import { waitFor } from '../wait.ts'
import { type ShopProcess, startShopProcess } from './shop-process.ts'

let directory: string
let db: TestDatabase
let running: ShopProcess | undefined
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-hosts-'))
  db = await makeTestDatabase([])
})
afterEach(async () => {
  await running?.end('SIGTERM')
  running = undefined
  await db.drop()
  await rm(directory, { recursive: true, force: true })
})

async function start(environment: Record<string, string>): Promise<{ shop: ShopProcess; port: number }> {
  const [port, sandboxPort] = [await freePort(), await freePort()]
  const shop = await startShopProcess({
    PORT: String(port),
    SANDBOX_PORT: String(sandboxPort),
    DATA_DIR: directory,
    DATABASE_URL: db.url,
    SECRET_KEY: 'a secret key of the tests of addresses',
    ...environment,
  })
  running = shop
  return { shop, port }
}

const said = (shop: ShopProcess, text: string) =>
  waitFor(`the shop says “${text}”`, () => shop.output().includes(text))

async function sellOne(url: string): Promise<void> {
  const show = await publishShow(await signUp(url))
  const buyer = await asGuest(url)
  const order = expectStatus(await placeOrder(buyer, show), 201)
  expect(expectStatus(await pay(buyer, order.id), 201).status).toMatch(/^(authorized|captured)$/)
}

const own = findOwnAddress()
const addresses: [string, Record<string, string>, (port: number) => string][] = [
  ['127.0.0.2', { HOST: '127.0.0.2' }, (port) => `http://127.0.0.2:${port}`],
  ['::1', { HOST: '::1' }, (port) => `http://[::1]:${port}`],
  ...(own === null
    ? []
    : [
        [
          'its address in the network',
          { HOST: own, SANDBOX: 'on' },
          (port: number) => `http://${own}:${port}`,
        ] satisfies [string, Record<string, string>, (port: number) => string],
      ]),
]

describe.each(addresses)('a shop at %s', (_name, environment, urlAt) => {
  test('starts, names that address, and sells', async () => {
    const { shop, port } = await start(environment)
    expect(shop.url).toBe(urlAt(port))
    await said(shop, `  Shop            ${urlAt(port)}`)
    await sellOne(shop.url)
  })
})

const inNetwork = own === null ? [] : [own]
test.each(inNetwork)('a phone finds the card form where it finds the shop: at %s', async (address) => {
  const { shop } = await start({ HOST: address, SANDBOX: 'on' })
  const config = expectStatus(await makeClient(shop.url).call<ShopConfig>('GET', '/api/shop-config'), 200)
  const script = new URL(config.processor.scriptUrl)
  expect(script.hostname).toBe(address)
  expect((await fetch(script)).status).toBe(200)
})

test.each(inNetwork)('a shop at every address says that other devices need %s', async (address) => {
  const { shop, port } = await start({ HOST: '0.0.0.0', SANDBOX: 'on' })
  await said(shop, `PUBLIC_URL=http://${address}:${port}`)
})

/** Whether everybody may go into a folder, and into those that it lies in. */
function isOpen(folder: string): boolean {
  return (statSync(folder).mode & 0o001) !== 0 && (dirname(folder) === folder || isOpen(dirname(folder)))
}

// Only root may start programs as somebody else, and only where that one may read them.
const unnamed = userInfo().uid === 0 && isOpen(import.meta.dirname) ? [54_321] : []
test.each(unnamed)('user %i, who has no name, runs it on the embedded database', async (nobodyKnows) => {
  await chmod(directory, 0o755)
  await chown(directory, nobodyKnows, nobodyKnows)
  const [port, sandboxPort] = [await freePort(), await freePort()]
  running = await startShopProcess(
    {
      PORT: String(port),
      SANDBOX_PORT: String(sandboxPort),
      DATA_DIR: join(directory, 'data'),
      HOME: directory,
    },
    { uid: nobodyKnows },
  )
  await sellOne(running.url)
})

describe('a start that cannot listen says why, and what to do', () => {
  test('an address of another machine', async () => {
    await expect(start({ HOST: '203.0.113.7', SANDBOX: 'on' })).rejects.toThrow(
      'HOST=203.0.113.7 is no address of this machine.',
    )
  })
  test('a port that somebody uses', async () => {
    const other = createServer((socket) => socket.destroy()).listen(0, '127.0.0.2')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    await expect(start({ HOST: '127.0.0.2', PORT: String(port) })).rejects.toThrow(
      `Port ${port} at 127.0.0.2 is in use.`,
    )
    other.close()
  })
})
