// The API as programs meet it: its description is sound by the usual linter, and a client whose
// types are generated from it buys a ticket and is kept from sending what the shop refuses.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import openapiTypes, { astToString } from 'openapi-typescript'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { publishShow, signUp } from '../client.ts'
import { startTestShop, type TestShop } from '../shop.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..', '..', '..')
const tsc = join(root, 'node_modules', '.bin', 'tsc')

let shop: TestShop
let directory: string
let description: string

beforeAll(async () => {
  shop = await startTestShop()
  description = await (await fetch(`${shop.url}/openapi.json`)).text()
  directory = await mkdtemp(join(tmpdir(), 'holdfast-client-'))
})

afterAll(async () => {
  await rm(directory, { recursive: true, force: true })
  await shop.stop()
})

/** All that a client needs besides the types: what each operation's name stands for. */
const client = `
import type { operations } from './api.ts'

type Json<Holder> = Holder extends { content: { 'application/json': infer Body } } ? Body : undefined
type Body<Name extends keyof operations> = operations[Name] extends { requestBody: infer Sent } ? Json<Sent> : undefined
type Answers<Name extends keyof operations> = operations[Name]['responses']
type Good<Name extends keyof operations> = {
  [Status in keyof Answers<Name>]: Status extends 200 | 201 | 202 ? Json<Answers<Name>[Status]> : never
}[keyof Answers<Name>]

const [, , base = ''] = process.argv
const { paths } = await (await fetch(base + '/openapi.json')).json()
const routes = new Map<string, { method: string; path: string }>(
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, { operationId: string }>).map(
      ([method, { operationId }]) => [operationId, { method: method.toUpperCase(), path }] as const,
    ),
  ),
)
let cookie = ''

export async function call<Name extends keyof operations>(name: Name, body: Body<Name>, id = ''): Promise<Good<Name>> {
  const { method, path } = routes.get(name)!
  const answer = await fetch(base + path.replace('{id}', id), {
    method,
    headers: { cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie
  if (!answer.ok) throw new Error(name + ': ' + (await answer.text()))
  return (await answer.json()) as Good<Name>
}
`

const buyer = (wrong = '') => `
import { call } from './client.ts'

await call('postUsersGuest', { email: 'program@example.org' })
const { items } = await call('getShows', undefined)
const [show] = items
const [type] = show!.ticketTypes
const order = await call('postOrders', { showId: show!.id, lines: [{ ticketTypeId: type!.id, quantity: 2 }] })
await call('postPayments', { orderId: order.id, paymentMethod: 'pm_card_visa' })
let now = await call('getOrder', undefined, order.id)
while (now.status !== 'complete' || now.tickets === undefined) now = await call('getOrder', undefined, order.id)
console.log(JSON.stringify({ total: now.total, tickets: now.tickets.length }))
${wrong}
`

const typesOf = (file: string) =>
  run(tsc, [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--target',
    'esnext',
    '--module',
    'nodenext',
    '--allowImportingTsExtensions',
    '--types',
    'node',
    '--typeRoots',
    join(root, 'node_modules', '@types'),
    join(directory, file),
  ]).then(
    () => '',
    (error: { stdout: string }) => error.stdout,
  )

it('the description has nothing that the usual linter finds', async () => {
  const problems = await lintFromString({
    source: description,
    config: await createConfig({ extends: ['recommended'] }),
  })
  expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([])
})

it('a client with generated types buys a ticket, and does not compile with a field that is not there', async () => {
  await publishShow(await signUp(shop.url))
  const types = astToString(await openapiTypes(JSON.parse(description) as Parameters<typeof openapiTypes>[0]))
  await Promise.all([
    writeFile(join(directory, 'package.json'), '{"type":"module"}'),
    writeFile(join(directory, 'api.ts'), types),
    writeFile(join(directory, 'client.ts'), client),
    writeFile(join(directory, 'buyer.ts'), buyer()),
    writeFile(
      join(directory, 'wrong.ts'),
      buyer(`await call('postOrders', { showId: show!.id, places: 2 })`),
    ),
  ])
  expect(await typesOf('buyer.ts')).toBe('')
  expect(await typesOf('wrong.ts')).toMatch(/'?places'? does not exist/)
  const { stdout } = await run(process.execPath, [join(directory, 'buyer.ts'), shop.url])
  expect(JSON.parse(stdout)).toEqual({ total: { amountMinor: 9_000, currency: 'EUR' }, tickets: 2 })
})
