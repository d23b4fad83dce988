// Seeds and TLS: what a start finds in files.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startSandbox } from '../src/index.ts'
import { makeCertificate } from './certificate.ts'
import { sdk } from './harness.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sandbox-seed-'))
})
afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true })
})

async function seeded(file: unknown): Promise<string> {
  const path = join(dataDir, 'seed.json')
  await writeFile(path, typeof file === 'string' ? file : JSON.stringify(file))
  return path
}

const FILE = {
  account: 'seeded',
  fixtures: [
    {
      name: 'ann',
      path: '/v1/customers',
      method: 'post',
      params: { email: 'ann@example.test', metadata: { from: 'seed' } },
    },
    {
      name: 'card',
      path: '/v1/payment_methods/pm_card_visa/attach',
      method: 'post',
      params: { customer: '${ann:id}' },
    },
    {
      name: 'paid',
      path: '/v1/payment_intents',
      method: 'post',
      params: {
        amount: 2500,
        currency: 'eur',
        customer: '${ann:id}',
        payment_method: '${card:id}',
        confirm: true,
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        expand: ['latest_charge'],
      },
    },
    {
      name: 'refund',
      path: '/v1/refunds',
      method: 'post',
      params: { charge: '${paid:latest_charge.id}', amount: 500 },
    },
  ],
}

describe('a seed file', () => {
  it('makes its objects once, for its account, also over several starts', async () => {
    const seedFile = await seeded(FILE)
    for (const _start of [1, 2]) {
      const sandbox = await startSandbox({ port: 0, dataDir, seedFile })
      try {
        const stripe = sdk(sandbox.url, 'sk_test_seeded')
        const customers = (await stripe.customers.list()).data
        expect(customers.map(({ email, metadata }) => [email, metadata])).toEqual([
          ['ann@example.test', { from: 'seed' }],
        ])
        expect((await stripe.refunds.list()).data.map(({ amount }) => amount)).toEqual([500])
        expect((await sdk(sandbox.url).customers.list()).data).toEqual([])
      } finally {
        await sandbox.close()
      }
    }
  })

  it.each([
    ['that is not there', undefined, 'ENOENT'],
    ['that is no JSON', '{', 'JSON'],
    ['without fixtures', {}, 'fixtures'],
    ['with a path of another kind', { fixtures: [{ name: 'x', path: 'http://x' }] }, 'path'],
    [
      'with a call that is refused',
      { fixtures: [{ name: 'bad', path: '/v1/customers', params: { email: 5, nope: 1 } }] },
      '"bad"',
    ],
    ['that names what is not there', { fixtures: [{ name: 'bad', path: '/v1/customers/${ann:id}' }] }, 'ann'],
  ])('%s stops the start and says why', async (_title, file, says) => {
    const seedFile = file === undefined ? join(dataDir, 'none.json') : await seeded(file)
    const start = startSandbox({ port: 0, dataDir, seedFile })
    await expect(start).rejects.toThrow(seedFile)
    await expect(start).rejects.toThrow(says)
  })
})

it('speaks TLS with a certificate', async () => {
  const tls = makeCertificate()
  const sandbox = await startSandbox({ port: 0, dataDir, tls })
  try {
    expect(sandbox.url).toMatch(/^https:\/\/127\.0\.0\.1:/)
    const status = await new Promise((resolve, reject) => {
      request(
        { host: 'localhost', port: sandbox.port, path: '/_sandbox/health', ca: tls.cert },
        (response) => {
          response.resume()
          resolve(response.statusCode)
        },
      )
        .on('error', reject)
        .end()
    })
    expect(status).toBe(200)
  } finally {
    await sandbox.close()
  }
})
