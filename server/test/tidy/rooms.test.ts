// The shape of the house, as `npm run rooms` prints it: no circles, nothing that imports upwards,
// no folder too full, and each room reads what it may.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import {
  countByFolder,
  findCircles,
  findImportsUp,
  findWrongSteps,
  floorOf,
  readSchemas,
  serverFiles,
  walk,
} from './rooms.ts'
import { production, root, textOf, texts } from './sources.ts'

test('no file imports itself by way of others, not even for a type or later', () => {
  expect(production.length).toBeGreaterThan(300)
  expect(findCircles(production)).toEqual([])
})

test('a circle is found, and a way that only branches is none', () => {
  const edges: Record<string, string[]> = {
    a: ['b', 'c'],
    b: ['d'],
    c: ['d'],
    d: [],
    e: ['f'],
    f: ['g'],
    g: ['e'],
    h: ['h'],
  }
  const found = findCircles(Object.keys(edges), (path) => edges[path] ?? [])
  expect(found.map((circle) => circle.toSorted())).toEqual([['e', 'f', 'g'], ['h']])
})

test('every file of the server has its floor and imports nothing from above it', () => {
  expect(serverFiles.filter((path) => floorOf(path) === -1)).toEqual([])
  expect(findImportsUp()).toEqual([])
})

/**
 * One file for each object of the processor's API. The only folder that is still without rooms: no
 * other one joins it.
 */
const withoutRooms = 'sandbox/src/api'

test('no folder has more than 15 sources', () => {
  expect(countByFolder().filter(([folder, count]) => count > 15 && folder !== withoutRooms)).toEqual([])
})

test('a service reads its own schema, the operator’s room two more, and only the auditor all', () => {
  expect(readSchemas()).toEqual({
    audit: ['audit', 'expiration', 'mail', 'orders', 'payments', 'platform', 'tickets'],
    backup: ['audit', 'expiration', 'orders', 'payments', 'platform', 'tickets', 'webhooks'],
    cli: ['orders', 'platform'],
    expiration: ['expiration'],
    identity: ['identity'],
    mail: ['mail'],
    ops: ['identity', 'mail', 'orders', 'payments', 'platform', 'tickets'],
    orders: ['orders'],
    payments: ['payments'],
    platform: ['platform'],
    prune: [
      'audit',
      'expiration',
      'identity',
      'mail',
      'orders',
      'payments',
      'platform',
      'tickets',
      'webhooks',
    ],
    tickets: ['tickets'],
    webhooks: ['webhooks'],
  })
})

test('from an order placed until payments knows of it a reader opens at most 8 and 4 files, none of them twice', () => {
  expect(walk.orders.length).toBeLessThanOrEqual(8)
  expect(walk.payments.length).toBeLessThanOrEqual(4)
  expect(findWrongSteps()).toEqual([])
  const again = walk.orders.slice(0, 1)
  expect(findWrongSteps({ ...walk, payments: again })).toEqual([
    'server/src/orders/routes/buyers.ts is entered twice',
  ])
})

const architecture = textOf('ARCHITECTURE.md')
const named = [
  ...architecture.matchAll(/`((?:contract|server|sandbox|web|bench|scripts|docs|deploy)(?:\/[\w./-]+)?)`/g),
].map(([, path = '']) => path.replace(/\/$/, ''))

test('ARCHITECTURE.md names every room of the server, and no path that is not there', () => {
  const rooms = new Set([...texts.keys()].filter((path) => path.startsWith('server/src/')).map(dirname))
  rooms.delete('server/src')
  expect([...rooms].filter((room) => !named.includes(room))).toEqual([])
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
})
