// Writes the JSON Schema of every event to contract/schemas, one file each and an index. A test
// fails when they differ.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EventType, eventDefinitions, eventSchema } from '../contract/src/events.ts'

export const schemaDirectory = join(import.meta.dirname, '..', 'contract', 'schemas')

/** What belongs in the directory: file name and text. */
export function renderSchemas(): Map<string, string> {
  const types = Object.keys(eventDefinitions).toSorted() as EventType[]
  const files = new Map(types.map((type) => [`${type}.json`, render(schemaOf(type))]))
  const index = types.map((type) => ({ type, owner: eventDefinitions[type].owner, schema: `${type}.json` }))
  return files.set('index.json', render({ events: index }))
}

function schemaOf(type: EventType): Record<string, unknown> {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: type, ...eventSchema(type) }
}

function render(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function writeSchemas(): void {
  const files = renderSchemas()
  mkdirSync(schemaDirectory, { recursive: true })
  for (const name of readdirSync(schemaDirectory)) if (!files.has(name)) rmSync(join(schemaDirectory, name))
  for (const [name, text] of files) writeFileSync(join(schemaDirectory, name), text)
}

if (process.argv[1] === import.meta.filename) writeSchemas()
