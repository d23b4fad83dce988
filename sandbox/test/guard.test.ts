// Strangers at the door: names that are not this machine's, pages of other sites, and webhooks into
// the network around.
import { once } from 'node:events'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../src/index.ts'
import { makeTargetCheck } from '../src/webhooks/targets.ts'
import { type Bench, type Receiver, startBench, startReceiver } from './harness.ts'

let bench: Bench
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
  bench = await startBench({ hosts: ['sandbox.test'], origins: ['https://shop.test'] })
})
afterAll(async () => {
  await bench.close()
  await receiver.close()
})

interface Answer {
  status: number
  headers: Record<string, unknown>
  body: string
}

/** As a browser or a program would send it; `fetch` does not let a test choose the host. */
async function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body = '',
): Promise<Answer> {
  const call = request({ port: bench.sandbox.port, host: '127.0.0.1', method, path, headers })
  call.end(body)
  const [response] = (await once(call, 'response')) as [
    NodeJS.ReadableStream & { statusCode: number; headers: object },
  ]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return {
    status: response.statusCode,
    headers: { ...response.headers },
    body: Buffer.concat(chunks).toString(),
  }
}

const SECRET = {
  authorization: 'Bearer sk_test_holdfast',
  'content-type': 'application/x-www-form-urlencoded',
}
const PUBLISHABLE = { ...SECRET, authorization: 'Bearer pk_test_holdfast' }
/** One of each kind of route, with what it answers to a program. */
const ROUTES: [method: string, path: string, body?: string][] = [
  ['GET', '/'],
  ['GET', '/stripe.js'],
  ['GET', '/v3/'],
  ['GET', '/_sandbox/health'],
  ['GET', '/_sandbox/overview'],
  ['GET', '/_sandbox/clock'],
  ['GET', '/_sandbox/faults'],
  ['GET', '/_sandbox/live'],
  ['GET', '/_sandbox/assets/card-form.html'],
  ['GET', '/_sandbox/3ds/pi_x'],
  ['GET', '/_sandbox/receipts/ch_x'],
  ['GET', '/v1/payment_intents'],
  ['POST', '/v1/customers', 'email=a@b.test'],
  ['OPTIONS', '/v1/customers'],
  ['POST', '/_sandbox/reset'],
  ['POST', '/_sandbox/clock', 'advance_seconds=604800'],
  ['POST', '/_sandbox/faults', 'kind=reset'],
  ['DELETE', '/_sandbox/faults'],
  ['POST', '/_sandbox/3ds/pi_x', 'outcome=succeed'],
  ['GET', '/nowhere'],
]

describe('a name that is not this machine', () => {
  it.each([
    'evil.example',
    'evil.example:12111',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '0.0.0.0',
    '10.0.0.7',
    '[2001:db8::1]',
  ])('gets nothing at any route: "%s"', async (host) => {
    for (const [method, path, body] of ROUTES) {
      const answer = await send(method, path, { ...SECRET, host }, body)
      expect([path, answer.status]).toEqual([path, 403])
      expect(answer.body).toContain('host_not_allowed')
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    }
    expect((await bench.stripe.customers.list()).data).toEqual([])
  })

  it.each([
    'localhost',
    'LOCALHOST:99',
    'localhost.:80',
    'box.localhost',
    '127.0.0.1',
    '127.9.9.9:1',
    '[::1]:12111',
    'sandbox.test',
  ])('is told from one that is: %s', async (host) => {
    expect((await send('GET', '/_sandbox/health', { host })).status).toBe(200)
  })
})

const FOREIGN = [
  'https://evil.example',
  'null',
  'http://localhost.evil.example',
  'file://',
  'http://10.0.0.7',
  'http://evil.localhost@x',
]

describe('a page of another site', () => {
  it.each(FOREIGN)('gets nothing at any route that it asks by script: %s', async (origin) => {
    for (const [method, path, body] of ROUTES) {
      const answer = await send(
        method,
        path,
        { ...PUBLISHABLE, origin, 'sec-fetch-site': 'cross-site' },
        body,
      )
      expect([path, answer.status]).toEqual([path, 403])
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    }
    expect(await (await fetch(`${bench.sandbox.url}/_sandbox/clock`)).json()).toMatchObject({
      offset_seconds: 0,
    })
    expect((await bench.stripe.customers.list()).data).toEqual([])
  })

  it.each(['cross-site', 'same-site'])(
    'reaches files only where it does not say which it is: %s',
    async (site) => {
      for (const [method, path, body] of ROUTES) {
        const { status } = await send(
          method,
          `${path}?key=sk_test_holdfast`,
          { 'sec-fetch-site': site },
          body,
        )
        const isFile =
          method === 'GET' &&
          /^\/(|stripe\.js|v3\/|nowhere|_sandbox\/(health|assets|3ds|receipts).*)$/.test(path)
        expect([path, status === 403]).toEqual([path, !isFile])
      }
    },
  )

  it('cannot show the card form or a bank page in a frame', async () => {
    const { id } = await bench.stripe.paymentIntents.create({
      amount: 900,
      currency: 'eur',
      confirm: true,
      payment_method: 'pm_card_threeDSecure2Required',
      use_stripe_sdk: true,
    })
    for (const path of ['/_sandbox/assets/card-form.html', `/_sandbox/3ds/${id}`]) {
      const policy = String(
        (await send('GET', path, { host: 'localhost' })).headers['content-security-policy'],
      )
      const ancestors = /frame-ancestors ([^;]*)/.exec(policy)?.[1]?.split(' ')
      expect(ancestors).toContain('http://localhost:*')
      expect(ancestors).toContain('https://shop.test')
      expect(ancestors).toContain('http://sandbox.test:*')
      expect(ancestors).not.toContain('*')
    }
    const dashboard = await send('GET', '/', { host: 'localhost' })
    expect(dashboard.headers['content-security-policy']).toContain("frame-ancestors 'none'")
  })
})

const PAGES = [
  'http://localhost:5173',
  'https://localhost',
  'http://127.0.0.1:3000',
  'http://[::1]:3000',
  'https://shop.test',
  'http://sandbox.test:8080',
]

describe('a page that may take payments', () => {
  it.each(PAGES)('uses the publishable key, and reads the answers: %s', async (origin) => {
    const asked = await send('OPTIONS', '/v1/tokens', {
      origin,
      'access-control-request-headers': 'authorization',
    })
    expect([asked.status, asked.headers['access-control-allow-origin']]).toEqual([204, origin])
    const card = 'card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2040&card[cvc]=123'
    const made = await send('POST', '/v1/tokens', { ...PUBLISHABLE, origin }, card)
    expect([made.status, made.headers['access-control-allow-origin']]).toEqual([200, origin])
  })

  it.each(PAGES)('cannot use a secret key, wherever it puts it: %s', async (origin) => {
    const calls = [
      send('POST', '/v1/customers', { ...SECRET, origin }, 'email=a@b.test'),
      send('POST', '/v1/customers', { origin }, 'email=a@b.test&key=sk_test_holdfast'),
      send('POST', '/v1/customers?key=sk_test_holdfast', { origin }, 'email=a@b.test'),
      send('GET', '/v1/events', { ...SECRET, origin }),
      send('GET', '/v1/events?key=sk_test_holdfast', { origin }),
    ]
    for (const answer of await Promise.all(calls)) {
      expect(answer.status).toBe(403)
      expect(answer.body).toContain('secret_key_in_page')
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    }
    expect((await bench.stripe.customers.list()).data).toEqual([])
  })

  it.each(PAGES)('cannot push the buttons of the dashboard: %s', async (origin) => {
    for (const [method, path, body] of ROUTES.filter(([, each]) =>
      /_sandbox\/(reset|clock|faults|overview|live)/.test(each),
    ))
      expect([path, (await send(method, path, { ...SECRET, origin }, body)).status]).toEqual([path, 403])
  })
})

it('its own pages may do everything', async () => {
  for (const origin of [bench.sandbox.url, `http://localhost:${bench.sandbox.port}`]) {
    const headers = { ...SECRET, origin, host: new URL(origin).host, 'sec-fetch-site': 'same-origin' }
    expect((await send('POST', '/_sandbox/faults', headers, 'kind=reset&op=refunds.create')).status).toBe(200)
    expect((await send('GET', '/v1/customers', headers)).status).toBe(200)
  }
})

describe('webhooks', () => {
  it.each([
    ['http://localhost:4000/hook', true],
    ['http://127.0.0.1:1/x', true],
    ['http://[::1]:9/x', true],
    ['http://app.localhost/x', true],
    ['https://shop.test/x', true],
    ['http://app.test:4000/x', true],
    ['http://app.test:4001/x', false],
    ['http://169.254.169.254/latest/meta-data', false],
    ['http://10.0.0.1/x', false],
    ['http://0.0.0.0:4000/x', false],
    ['https://localhost.evil.example/x', false],
    ['http://user:localhost@evil.example/x', false],
  ])('go to this machine and to configured hosts: %s is %s', (url, expected) => {
    expect(makeTargetCheck(['shop.test', 'app.test:4000'])(url)).toBe(expected)
  })

  it('are not sent elsewhere, which the delivery says', async () => {
    await bench.stripe.webhookEndpoints.create({
      url: 'http://192.0.2.7/hook',
      enabled_events: ['customer.created'],
    })
    await bench.stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['customer.created'] })
    const { id } = await bench.stripe.customers.create({})
    await receiver.waitFor((hook) => (hook.event.data.object as { id: string }).id === id)
    await expect
      .poll(async () => (await (await fetch(`${bench.sandbox.url}/_sandbox/overview`)).json()) as object)
      .toMatchObject({
        deliveries: expect.arrayContaining([
          expect.objectContaining({
            state: 'failed',
            attempts: 1,
            log: [
              expect.objectContaining({ error: expect.stringContaining('SANDBOX_WEBHOOK_HOSTS') as unknown }),
            ],
          }),
        ]) as unknown,
      })
  })
})

describe('an address that the network reaches', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1'])('is refused without SANDBOX=on: %s', async (host) => {
    await expect(startSandbox({ host, port: 0, dataDir: bench.dataDir })).rejects.toThrow('SANDBOX=on')
  })

  it('is taken with it, and still checks names', async () => {
    const open: Sandbox = await startSandbox({
      host: '0.0.0.0',
      openToNetwork: true,
      publicUrl: 'http://192.0.2.1:12111',
      port: 0,
      dataDir: `${bench.dataDir}/open`,
    })
    try {
      const ask = async (host: string): Promise<number> => {
        const call = request({
          port: open.port,
          host: '127.0.0.1',
          path: '/_sandbox/health',
          headers: { host },
        })
        call.end()
        const [response] = (await once(call, 'response')) as [{ statusCode: number; resume(): void }]
        response.resume()
        return response.statusCode
      }
      expect(await ask('192.0.2.1:12111')).toBe(200)
      expect(await ask('evil.example')).toBe(403)
    } finally {
      await open.close()
    }
  })
})
