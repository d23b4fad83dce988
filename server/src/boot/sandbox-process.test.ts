// The shop and its card sandbox find each other, and nobody else's.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox } from '@holdfast/sandbox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Config, type ProcessorConfig, readConfig } from '../config/config.ts'
import { makeLog } from '../platform/process/log.ts'
import { freePort } from '../platform/process/ports.ts'
import { startSandboxProcess } from './sandbox-process.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-sandbox-process-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const log = makeLog('silent')

function configured(
  port: number,
  environment: Record<string, string> = {},
): [Config, Extract<ProcessorConfig, { kind: 'sandbox' }>] {
  const config = readConfig({ SANDBOX_PORT: String(port), DATA_DIR: join(directory, 'shop'), ...environment })
  if (config.processor.kind !== 'sandbox') throw new Error('expected the sandbox')
  return [config, config.processor]
}

const sentence = (port: number) =>
  `Port ${port} of 127.0.0.1 is used by another program, perhaps the sandbox of another shop: stop it, or set SANDBOX_PORT to a free port.`

test('the sandbox of another shop is not used', async () => {
  const foreign = await startSandbox({
    port: 0,
    dataDir: join(directory, 'foreign'),
    instance: 'of another shop',
  })
  try {
    await expect(startSandboxProcess(...configured(foreign.port), log)).rejects.toThrow(
      sentence(foreign.port),
    )
  } finally {
    await foreign.close()
  }
})

test('a program that says yes to everything is not used', async () => {
  const server = createServer((_, response) => response.end('{"status":"ok","instance":null}'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    await expect(startSandboxProcess(...configured(port), log)).rejects.toThrow(sentence(port))
  } finally {
    server.close()
  }
})

test('the own one answers to this machine alone, whatever address the shop has', async () => {
  const port = await freePort()
  const stop = await startSandboxProcess(...configured(port, { HOST: '::1', SANDBOX: 'on' }), log)
  try {
    const health = await fetch(`http://127.0.0.1:${port}/_sandbox/health`)
    expect(await health.json()).toMatchObject({
      status: 'ok',
      instance: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    })
    // An address of this machine at which it would answer, did it listen at all of them.
    await expect(fetch(`http://127.0.0.2:${port}/_sandbox/health`)).rejects.toThrow('fetch failed')
    const { endpoints } = (await (await fetch(`http://127.0.0.1:${port}/_sandbox/overview`)).json()) as {
      endpoints: { url: string }[]
    }
    expect(endpoints.map(({ url }) => url)).toEqual(['http://[::1]:3000/api/payments/webhooks/stripe'])
  } finally {
    await stop()
  }
})

test('for a phone it has the name of the shop, if the network may reach it', () => {
  const shop = { HOST: '0.0.0.0', PUBLIC_URL: 'http://192.0.2.5:3000' }
  expect(configured(12_111, { ...shop, SANDBOX: 'on' })[1].origin).toBe('http://192.0.2.5:12111')
  expect(configured(12_111, { SANDBOX: 'on', PUBLIC_URL: 'https://shop.example' })[1].origin).toBe(
    'http://localhost:12111',
  )
  expect(configured(12_111, { SANDBOX_HOST: 'box' })[1].origin).toBe('http://box:12111')
})
