// Writes docs/webhook-events.md: what each public event carries, from the schemas that the shop checks
// with. A test fails when the page differs.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publicKinds, publicSchema, publicTypes } from '../contract/src/index.ts'

export const referencePath = join(import.meta.dirname, '..', 'docs', 'webhook-events.md')

interface Schema {
  readonly type?: string
  readonly format?: string
  readonly const?: unknown
  readonly description?: string
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

const intro = `# Events of webhooks and the feed

<!-- Written by \`npm run schemas\`. -->

What programs of others are told, by [webhooks and the feed](guide/webhooks.md). Each event is an
object with \`id\`, \`type\`, \`version\`, \`timestamp\`, \`organisationId\` and \`data\`. The tables say what
is in \`data\`. A field with a question mark may be absent. Amounts are integers in minor units. No
event names a person.
`

function kindOf(schema: Schema): string {
  const { type = 'any', format, anyOf, items } = schema
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (anyOf) return anyOf.map(kindOf).join(' or ')
  if (type === 'array') return items?.properties ? 'list' : `list of ${items ? kindOf(items) : 'any'}`
  if (format === 'uuid') return 'id'
  return format === 'date-time' ? 'instant' : type
}

/** A row for each field, with those of objects in it below. */
function rowsOf({ properties = {}, required = [] }: Schema, path = ''): string[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const at = `${path}${name}${required.includes(name) ? '' : '?'}`
    const inner = schema.type === 'array' ? schema.items : schema
    const below = inner?.properties ? rowsOf(inner, schema.type === 'array' ? `${at}[].` : `${at}.`) : []
    return [`| \`${at}\` | ${kindOf(schema)} | ${schema.description ?? ''} |`, ...below]
  })
}

export function renderReference(): string {
  const sections = publicTypes.map((type) => {
    const { title, version } = publicKinds[type]
    const { properties } = publicSchema(type) as unknown as { properties: { data: Schema } }
    const rows = rowsOf(properties.data).join('\n')
    return `\n## ${type}\n\n${title}. Version ${version}.\n\n| field | is | meaning |\n|---|---|---|\n${rows}\n`
  })
  return intro + sections.join('')
}

if (process.argv[1] === import.meta.filename) writeFileSync(referencePath, renderReference())
