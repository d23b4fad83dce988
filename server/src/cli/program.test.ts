// What a person may type after `holdfast`, and how it ends.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { run } from './program.ts'

let said = ''
let complained = ''

beforeEach(() => {
  said = complained = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    complained += String(text)
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

it.each([
  [['--help'], 0, 'backup'],
  [['backup', '--help'], 0, '--passphrase-file'],
  [['--version'], 0, '0.1.0'],
  [[], 2, ''],
  [['nonsense'], 2, ''],
  [['backup'], 2, ''],
  [['backup', 'file', 'another'], 2, ''],
  [['backup', 'file', '--loud'], 2, ''],
  [['restore'], 2, ''],
  [['prune', '--help'], 0, '--dry-run'],
  [['admin', 'prune', '--help'], 0, '--dry-run'],
  [['prune', 'everything'], 2, ''],
  [['audit', '--mend'], 2, ''],
  [['admin', 'operator', '--help'], 0, 'link'],
  [['admin', 'operator', 'remove'], 2, ''],
  [['admin', 'user', '--help'], 0, 'reset'],
  [['admin', 'user', 'reset'], 2, ''],
  [['admin', 'operator', 'link', 'somebody@example.com'], 2, ''],
])('holdfast %s ends with %i', async (words, status, text) => {
  expect(await run(words, {})).toBe(status)
  expect(said).toContain(text)
  expect(complained === '').toBe(status === 0)
})

const good = { BACKUP_PASSPHRASE: 'correct horse battery', DATA_DIR: '/nonexistent/shop' }

it('healthy asks the port of this shop, whatever else is wrong in the environment', async () => {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/healthz' ? 200 : 404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const environment = { PORT: String(port), LOG_LEVEL: 'loud' }
  expect(await run(['healthy'], environment)).toBe(0)
  await new Promise((resolve) => server.close(resolve))
  expect(await run(['healthy'], environment)).toBe(1)
  expect(said).toContain('does not answer')
})

it.each([
  ['a wrong environment', ['backup', 'x'], { PORT: 'many' }, 2, 'PORT'],
  ['no shop', ['backup', 'x'], {}, 1, 'there is no shop'],
  ['no shop for an operator', ['admin', 'operator', 'link'], {}, 1, 'there is no shop'],
  ['a short passphrase', ['backup', 'x'], { BACKUP_PASSPHRASE: 'short' }, 2, 'at least 12'],
  ['no passphrase', ['backup', 'x'], { BACKUP_PASSPHRASE: '' }, 2, 'at least 12'],
  ['no file', ['restore', '/nonexistent/file'], {}, 1, 'cannot be read'],
])('says what went wrong, as text and as JSON: %s', async (...[, words, changes, status, text]) => {
  expect(await run(words, { ...good, ...changes })).toBe(status)
  expect(complained).toContain(text)
  expect(await run([...words, '--json'], { ...good, ...changes })).toBe(status)
  expect((JSON.parse(said) as { error: string }).error).toContain(text)
})
