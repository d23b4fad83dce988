// A namespace that is not used gives its memory and its file back, and is there again at the next
// call. One with work stays.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { API_VERSION } from '../src/api/events.ts'
import { makePipeline } from '../src/api/pipeline.ts'
import type { Engine } from '../src/engine.ts'
import { makeNamespaces, type Namespaces } from '../src/namespaces.ts'

let dataDir: string
let namespaces: Namespaces
const home = { url: 'http://localhost:12111' }
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sandbox-idle-'))
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
  namespaces = makeNamespaces({
    dataDir,
    home,
    apiVersion: API_VERSION,
    mayCall: () => false,
    log: (message) => expect(message).toBe(''),
    webhookTimeoutMs: 1000,
    webhookRetryMs: [],
  })
  namespaces.start()
})
afterEach(async () => {
  vi.useRealTimers()
  await namespaces.close()
  await rm(dataDir, { recursive: true, force: true })
})

async function call(name: string, method: string, path: string, body = ''): Promise<Record<string, unknown>> {
  const api = makePipeline({ home, apiVersion: API_VERSION, named: namespaces.named })
  const headers = { authorization: `Bearer sk_test_${name}` }
  const request = {
    method,
    path,
    query: '',
    headers,
    body,
    fromPage: false,
    gone: new Promise<void>(() => undefined),
  }
  return JSON.parse((await api(request)).body) as Record<string, unknown>
}

/** True if no sandbox holds the store: its lock is exclusive. */
async function isClosed(slug: string): Promise<boolean> {
  const keys = join(dataDir, 'sandbox', 'keys')
  const folder = (await readdir(keys)).find((name) => name.startsWith(`${slug}-`)) ?? ''
  const db = new DatabaseSync(join(keys, folder, 'sandbox.db'))
  try {
    db.prepare('select count(*) from objects').get()
    return true
  } catch {
    // SQLITE_BUSY: somebody holds it.
    return false
  } finally {
    db.close()
  }
}

/** Lets time pass in steps, so that what each step begins can end. */
async function pass(minutes: number, ...engines: Engine[]): Promise<void> {
  for (let half = 0; half < minutes * 2; half++) {
    await expect.poll(() => engines.every(({ commit }) => commit.isIdle()), { interval: 5 }).toBe(true)
    vi.advanceTimersByTime(30_000)
  }
}

const HELD =
  'amount=900&currency=eur&confirm=true&capture_method=manual&payment_method=pm_card_visa&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never'

it('is closed after ten minutes, and finds everything when it is called again', async () => {
  const made = await call('quiet', 'POST', '/v1/customers', 'email=a@b.test')
  const engine = namespaces.named('quiet')
  await pass(9, engine)
  expect(await isClosed('quiet')).toBe(false)
  await pass(2, engine)
  await expect.poll(() => isClosed('quiet')).toBe(true)
  expect(await call('quiet', 'GET', `/v1/customers/${String(made['id'])}`)).toEqual(made)
  expect(namespaces.owning(String(made['id']), ['customer'])).toBe(namespaces.named('quiet'))
})

it('is found by an id while it is closed', async () => {
  const { id } = await call('paged', 'POST', '/v1/customers', 'email=a@b.test')
  await pass(11, namespaces.named('paged'))
  await expect.poll(() => isClosed('paged')).toBe(true)
  expect(namespaces.owning(String(id), ['customer']).store.object('customer', String(id))).toBeDefined()
})

it('stays open while money is held, a call is under way or somebody watches', async () => {
  await call('holding', 'POST', '/v1/payment_intents', HELD)
  await call('calling', 'POST', '/v1/customers')
  await call('watched', 'POST', '/v1/customers')
  const [holding, calling, watched] = ['holding', 'calling', 'watched'].map(namespaces.named) as [
    Engine,
    Engine,
    Engine,
  ]
  calling.calls++
  const stop = watched.onEvents(() => undefined)
  await pass(11, holding, calling, watched)
  for (const slug of ['holding', 'calling', 'watched'])
    expect([slug, await isClosed(slug)]).toEqual([slug, false])
  calling.calls--
  stop()
  await pass(1, holding, calling, watched)
  for (const slug of ['calling', 'watched']) await expect.poll(() => isClosed(slug)).toBe(true)
  expect(await isClosed('holding')).toBe(false)
})
