// The pages that people rely on say what the code does, no more and no less.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorDefinitions, eventDefinitions } from '@holdfast/contract'
import { expect, test } from 'vitest'

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
const section = (text: string, heading: string) => text.split(/^## /m).find((part) => part.startsWith(heading)) ?? ''

test('docs/errors.md lists every code of the table with its status, and no other', () => {
  const listed = rowsOf(read('docs/errors.md')).map(([code, status]) => [nameOf(code), Number(status)])
  const defined = Object.entries(errorDefinitions).map(([code, { status }]) => [code, status])
  expect(listed.toSorted()).toEqual(defined.toSorted())
})

test('docs/errors.md says of each what it means and what to do', () => {
  expect(rowsOf(read('docs/errors.md')).filter((cells) => cells.length !== 4 || cells.some((cell) => cell === ''))).toEqual([])
})

test('every code of the table is written somewhere in the server', () => {
  const sources = readdirSync(join(root, 'server/src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => read(join('server/src', path)))
  const unused = Object.keys(errorDefinitions).filter((code) => !sources.some((text) => text.includes(`'${code}'`)))
  expect(unused).toEqual([])
})

test('docs/events.md lists every event with its owner, and no other', () => {
  const listed = rowsOf(section(read('docs/events.md'), 'The table')).map(([type, from]) => [nameOf(type), from])
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
    rowsOf(section(read('docs/events.md'), 'The table')).map(([type, , , text]) => [nameOf(type), text ?? '']),
  )
  for (const [type, { data }] of Object.entries(eventDefinitions)) {
    const text = carries.get(type) ?? ''
    const fields = Object.keys(data.properties).filter((field) => !/^(id|buyerId|buyerEmail|showId|organiserId)$/.test(field))
    const isWholeShow = text.includes('whole show')
    expect([type, isWholeShow ? [] : fields.filter((field) => !text.includes(field))]).toEqual([type, []])
  }
})

test('docs/events.md describes each attribute of the envelope', () => {
  const listed = rowsOf(section(read('docs/events.md'), 'The envelope')).map(([name]) => nameOf(name))
  const schema = JSON.parse(read('contract/schemas/OrderCreated.json')) as { required: string[] }
  expect(listed.toSorted()).toEqual(schema.required.toSorted())
})

/** The services whose list of types names the event, by their own sources. */
function consumersOf(type: string): string[] {
  return ['expiration', 'orders', 'payments', 'tickets'].filter((service) => {
    const path = `server/src/${service}/consumers.ts`
    if (!existsSync(join(root, path))) return false
    const list = /const (?:heard|types) = \[([^\]]*)\]/.exec(read(path))?.[1] ?? ''
    return list.includes(`'${type}'`)
  })
}
