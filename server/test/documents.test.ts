// The pages that people rely on say what the code does, no more and no less.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { attemptLimits, errorDefinitions, eventDefinitions, holdLimits } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { invariants } from '../src/audit/invariants.ts'

const root = join(import.meta.dirname, '..', '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** Cells of the table rows that begin with a name in backquotes. */
const rowsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
const nameOf = (cell: string | undefined) => cell?.replaceAll('`', '') ?? ''
const section = (text: string, heading: string) =>
  text.split(/^## /m).find((part) => part.startsWith(heading)) ?? ''

test('docs/errors.md lists every code of the table with its status, and no other', () => {
  const listed = rowsOf(read('docs/errors.md')).map(([code, status]) => [nameOf(code), Number(status)])
  const defined = Object.entries(errorDefinitions).map(([code, { status }]) => [code, status])
  expect(listed.toSorted()).toEqual(defined.toSorted())
})

test('the limits in the guide are those of the table', () => {
  const spans: Record<number, string> = {
    1: 'a second',
    60: 'a minute',
    600: 'in 10 minutes',
    900: 'in 15 minutes',
    86_400: 'a day',
    3_600: 'an hour',
  }
  const [, text = ''] = /### Limits\n(.*?)\n### /s.exec(read('docs/guide/operators.md')) ?? []
  const listed = [...text.matchAll(/^\| [^|]+ \| ([^|]+) \|$/gm)].map(([, limit]) => limit)
  expect(listed).toEqual([
    'limit',
    ...Object.values(attemptLimits).map(
      ({ attempts, perSeconds }) => `${attempts.toLocaleString('en')} ${spans[perSeconds]}`,
    ),
    'how many of one show',
    `${holdLimits.ofNetwork}, or ${holdLimits.shareOfShow * 100} % of the show if that is more`,
    'twice as many',
    'eight times as many',
  ])
  expect(holdLimits.blocks.map(({ times }) => times)).toEqual([1, 2, 8])
})

test('docs/errors.md says of each what it means and what to do', () => {
  expect(
    rowsOf(read('docs/errors.md')).filter((cells) => cells.length !== 4 || cells.some((cell) => cell === '')),
  ).toEqual([])
})

test('every code of the table is written somewhere in the server', () => {
  const sources = readdirSync(join(root, 'server/src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => read(join('server/src', path)))
  const unused = Object.keys(errorDefinitions).filter(
    (code) => !sources.some((text) => text.includes(`'${code}'`)),
  )
  expect(unused).toEqual([])
})

test('docs/events.md lists every event with its owner, and no other', () => {
  const listed = rowsOf(section(read('docs/events.md'), 'The table')).map(([type, from]) => [
    nameOf(type),
    from,
  ])
  const defined = Object.entries(eventDefinitions).map(([type, { owner }]) => [type, owner])
  expect(listed.toSorted()).toEqual(defined.toSorted())
})

test('docs/events.md tells who hears each event', () => {
  const listed = rowsOf(section(read('docs/events.md'), 'The table')).map(([type, , heardBy]) => [
    nameOf(type),
    heardBy === '–' ? '' : heardBy,
  ])
  const heard = Object.keys(eventDefinitions).map((type) => [type, consumersOf(type).join(', ')])
  expect(listed.toSorted()).toEqual(heard.toSorted())
})

test('docs/events.md tells of each field that an event carries beside its ids', () => {
  const carries = new Map(
    rowsOf(section(read('docs/events.md'), 'The table')).map(([type, , , text]) => [
      nameOf(type),
      text ?? '',
    ]),
  )
  for (const [type, { data }] of Object.entries(eventDefinitions)) {
    const text = carries.get(type) ?? ''
    const fields = Object.keys(data.properties).filter(
      (field) => !/^(id|buyerId|buyerEmail|showId|organiserId)$/.test(field),
    )
    const isWholeShow = text.includes('whole show')
    expect([type, isWholeShow ? [] : fields.filter((field) => !text.includes(field))]).toEqual([type, []])
  }
})

test('docs/events.md describes each attribute of the envelope', () => {
  const listed = rowsOf(section(read('docs/events.md'), 'The envelope')).map(([name]) => nameOf(name))
  const { properties } = JSON.parse(read('contract/schemas/OrderCreated.json')) as { properties: object }
  expect(listed.toSorted()).toEqual(Object.keys(properties).toSorted())
})

/** The services whose list of types names the event, by their own sources. */
function consumersOf(type: string): string[] {
  return ['expiration', 'mail', 'orders', 'payments', 'tickets', 'webhooks'].filter((service) => {
    const path = `server/src/${service}/consumers.ts`
    if (!existsSync(join(root, path))) return false
    const list = /const (?:heard|types) = \[([^\]]*)\]/.exec(read(path))?.[1] ?? ''
    return list.includes(`'${type}'`)
  })
}

const documents = execFileSync('git', ['ls-files', '-z', '*.md'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)))

/** The text without blocks of code, whose lines are nobody's prose and hold no links. */
const withoutCode = (text: string) => text.replaceAll(/^```[\s\S]*?^```/gm, '')

/** The anchors that a reader can jump to: headings as GitHub writes them. */
const anchorsOf = (path: string): string[] =>
  [...withoutCode(read(path)).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

test('every relative link of every document leads to a file, and to a heading of it', () => {
  const dead = documents.flatMap((path) =>
    [...withoutCode(read(path)).matchAll(/\]\(\s*([^)\s]+)\s*\)/g)].flatMap(([, link = '']) => {
      if (/^[a-z]+:/.test(link)) return []
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? path : normalize(join(dirname(path), file))
      const isThere =
        existsSync(join(root, target)) && (anchor === undefined || anchorsOf(target).includes(anchor))
      return isThere ? [] : [`${path}: ${link}`]
    }),
  )
  expect(documents.length).toBeGreaterThan(30)
  expect(dead).toEqual([])
})

test('every picture of the documents is shown somewhere', () => {
  const pictures = readdirSync(join(root, 'docs', 'images'))
  expect(pictures.length).toBeGreaterThan(3)
  expect(
    pictures.filter((picture) => !documents.some((path) => read(path).includes(`images/${picture})`))),
  ).toEqual([])
})

/**
 * Folders of the repository and files with a known ending; from the root, from the page, or from
 * the server's sources.
 */
const isPath = (text: string) =>
  /^(contract|server|sandbox|web|bench|scripts|docs)\/[\w./-]+$/.test(text) ||
  /^[\w.-]+\/[\w./-]+\.(ts|tsx|mjs|sql|json|md)$/.test(text)

test('every path that a document names is there', () => {
  const missing = documents.flatMap((path) =>
    [...withoutCode(read(path)).matchAll(/`([^`\s]+)`/g)].flatMap(([, text = '']) => {
      const bases = ['', dirname(path), 'server/src']
      return !isPath(text) ||
        text.startsWith('data/') ||
        bases.some((base) => existsSync(join(root, base, text)))
        ? []
        : [`${path}: ${text}`]
    }),
  )
  expect(missing).toEqual([])
})

test('the prose of the documents, except those of the sandbox, is at most 100 columns wide', () => {
  const isFree = (line: string) =>
    /^\s*(\||!\[)/.test(line) || !/\S\s+\S/.test(line.trim().replace(/^([-*]|\d+\.) /, ''))
  const ours = documents.filter((path) => !path.startsWith('sandbox/'))
  const wide = ours.flatMap((path) =>
    withoutCode(read(path))
      .split('\n')
      .filter((line) => [...line].length > 100 && !isFree(line))
      .map((line) => `${path}: ${line.slice(0, 60)}`),
  )
  expect(wide).toEqual([])
})

test('each word in bold in a guide is a word on the pages', () => {
  const words = new Set(
    [
      'en.json',
      '../pages/messages/en.json',
      '../organiser/messages/en.json',
      '../ops/messages/en.json',
    ].flatMap((file) => textsIn(JSON.parse(read(join('web/src/messages', file))))),
  )
  const quoted = ['organisers', 'door'].flatMap((guide) =>
    [...read(`docs/guide/${guide}.md`).matchAll(/\*\*([^*]+)\*\*/g)].map(([, text = '']) =>
      text.replaceAll('\n', ' '),
    ),
  )
  expect(quoted.length).toBeGreaterThan(30)
  expect(quoted.filter((text) => !words.has(text))).toEqual([])
})

function textsIn(messages: unknown): string[] {
  if (typeof messages === 'string') return [messages]
  return Object.values(messages as Record<string, unknown>).flatMap(textsIn)
}

const wordsIn = (path: string) =>
  withoutCode(read(path))
    .replaceAll(/\]\([^)]*\)/g, ']')
    .split(/\s+/)
    .filter((word) => /[\p{Letter}\p{Number}]/u.test(word)).length

test.each([
  ['README.md', 700],
  ['docs/proof.md', 1_000],
])('%s has at most %i words', (path, most) => {
  expect(wordsIn(path)).toBeLessThanOrEqual(most)
})

test('each decision is listed, says what was decided in a first paragraph, and what follows in a second', () => {
  const pages = documents.filter((path) => /^docs\/decisions\/\d{4}-/.test(path))
  const listed = read('docs/decisions/README.md')
  expect(pages.filter((path) => !listed.includes(`(${path.replace('docs/decisions/', '')})`))).toEqual([])
  const shaped =
    /^# \d{4} [^\n]+\n\n\*\*Context and decision\.\*\* [^\n](?:[^\n]*\n)+\n\*\*Consequences\.\*\* [^\n]/
  expect(pages.filter((path) => !shaped.test(read(path)))).toEqual([])
})

/** What the configuration reads, with its default as the guide writes it. */
function variablesInCode(): Map<string, string> {
  const sources = readdirSync(join(root, 'server/src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /^config\b.*\.ts$/.test(path) && !path.endsWith('.test.ts'))
    .map((path) => read(join('server/src', path)))
  const found = sources.flatMap((text) => [
    ...text.matchAll(/\bread\.\w+\('([A-Z][A-Z0-9_]+)'(?:, ('[^']*'|`[^`]*`|\w+|\[[^\]]*\]))?/g),
  ])
  return new Map(found.map(([, name = '', value = '']) => [name, defaultAsWritten(value)]))
}

function defaultAsWritten(value: string): string {
  if (value === '' || value.startsWith('[') || value === "''") return 'empty'
  if (value === 'true') return 'on'
  if (value === 'false') return 'off'
  return value
    .replaceAll(/^['`]|['`]$/g, '')
    .replaceAll('_', '')
    .replaceAll('shopsOwn', 'http://localhost:PORT')
}

test('the operator guide lists every environment variable with its default, and no other', () => {
  const rows = rowsOf(section(read('docs/guide/operators.md'), 'Environment variables'))
  const listed = rows.map(([name, value]) => [nameOf(name), nameOf(value)])
  expect(listed.toSorted()).toEqual([...variablesInCode()].toSorted())
  expect(rows.filter((cells) => cells.length !== 3 || cells.some((cell) => cell === ''))).toEqual([])
})

test('the licence that the packages name is the one beside them', () => {
  const { license } = JSON.parse(read('package.json')) as { license: string }
  expect(license).toBe('Apache-2.0')
  expect(read('LICENSE')).toMatch(/Apache License\s+Version 2\.0, January 2004/)
})

test('docs/audit.md lists every invariant and every kind of difference, and no other', () => {
  const page = read('docs/audit.md')
  const checks = rowsOf(section(page, 'What it checks')).map(([name, number, title]) => [
    nameOf(name),
    Number(number),
    title,
  ])
  expect(checks).toEqual(invariants.map(({ name, number, title }) => [name, number, title]))
  const kinds = rowsOf(section(page, 'Differences between')).flatMap(([names]) => nameOf(names).split(', '))
  const source = read('server/src/audit/books/differences.ts')
  const inCode = [...source.matchAll(/(?:\bkind: |\bsay\(\s*)(?:lost \? '(\w+)' : )?'(\w+)'/g)].flatMap(
    ([, one, other]) => [one, other],
  )
  expect(kinds.toSorted()).toEqual([...new Set(inCode)].filter((kind) => kind !== undefined).toSorted())
})
