// What leaves the shop: the named fields of each event, and no others.
import { type EventType, eventDefinitions, publicSchema, publicTypes } from '@holdfast/contract'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { expect, test } from 'vitest'
import { heard } from '../consumers.ts'
import { type Published, sayingOf } from './public.ts'

/** A value for every field of a schema, optional ones too; each text says which field it is of. */
function sampleOf(schema: Record<string, unknown>, name: string): unknown {
  const {
    type,
    properties,
    items,
    anyOf,
    format,
    const: literal,
  } = schema as {
    type?: string
    properties?: Record<string, Record<string, unknown>>
    items?: Record<string, unknown>
    anyOf?: Record<string, unknown>[]
    format?: string
    const?: unknown
  }
  if (literal !== undefined) return literal
  if (anyOf?.[0]) return sampleOf(anyOf[0], name)
  if (type === 'array') return items ? [sampleOf(items, name)] : []
  if (type === 'object')
    return Object.fromEntries(
      Object.entries(properties ?? {}).map(([key, each]) => [key, sampleOf(each, key)]),
    )
  if (type === 'integer') return 1
  if (type === 'boolean') return true
  if (format === 'uuid') return '01900000-0000-7000-8000-000000000001'
  if (format === 'date-time') return '2031-05-01T18:00:00.000Z'
  return name === 'currency' ? 'EUR' : `text of ${name}`
}

const eventOf = (type: EventType) =>
  ({
    id: '01900000-0000-7000-8000-000000000009',
    type,
    data: sampleOf(eventDefinitions[type].data as unknown as Record<string, unknown>, type),
  }) as unknown as Published

/** Closed on every level, so that a field too many is seen. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const fields = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  return 'properties' in fields ? { ...fields, additionalProperties: false } : fields
}

test('the consumer hears each type that is told but that of a restore, and no other', () => {
  expect([...heard, 'ShopRestored'].toSorted()).toEqual(publicTypes.toSorted())
})

test.each(heard)('%s says what its schema names, nothing else, and nothing of a person', (type) => {
  const { data, about } = sayingOf(eventOf(type))
  const { properties } = publicSchema(type) as unknown as { properties: { data: object } }
  const check = Compile(Type.Unsafe(closed(properties.data) as object))
  expect([...check.Errors(data)]).toEqual([])
  expect(about).toMatch(/^[0-9a-f-]{36}$/)
  expect(JSON.stringify(data)).not.toMatch(/"(buyer\w*|email|holder\w*|soldBy|tendered|code|keyVersion)":/i)
})
