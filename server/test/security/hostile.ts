// Values that people and programs send by mistake or on purpose: sound ones made from a schema, and
// ways to spoil them.
import fc from 'fast-check'

export interface Schema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
}

/** Text that `JSON.stringify` cannot write: it is put in place of its own quotes. */
const raw = (json: string): string => `@@${json}@@`
export const toJson = (value: unknown): string =>
  (JSON.stringify(value) ?? 'null').replaceAll(/"@@(.*?)@@"/g, (_all, json: string) =>
    json.replaceAll('\\"', '"'),
  )

export const hostileTexts = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud83d',
  '\u202e\u2066 right to left',
  'İıſ\u0345',
  '👩‍👩‍👧‍👦'.repeat(40),
  'x'.repeat(300),
  'x'.repeat(50_000),
  '__proto__',
  'constructor',
  '../../../../etc/passwd',
  '..\\..\\windows\\win.ini',
  "'; drop table orders.orders; --",
  "' or '1'='1",
  '<script>alert(1)</script>',
  '{{7*7}}${7*7}#{7*7}',
  '=cmd|calc',
  '%00%0d%0aset-cookie: a=b',
  '\r\nset-cookie: a=b',
  'javascript:alert(1)',
  '[object Object]',
  'NaN',
  '-1',
  '1e309',
  '9007199254740993',
  '2026-02-30T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  '0000-00-00T00:00:00Z',
] as const

const deep = raw(`${'['.repeat(2_000)}${']'.repeat(2_000)}`)
const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...hostileTexts),
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -0,
    -1,
    0.5,
    -1.5,
    2 ** 31,
    2 ** 53,
    Number.MAX_VALUE,
    Number.MIN_VALUE,
  ),
  fc.constantFrom<unknown>(
    raw('1e309'),
    raw('-1e309'),
    raw('1e-400'),
    raw('123456789012345678901234567890'),
    deep,
  ),
  fc.constantFrom<unknown>(
    raw('{"__proto__":{"isAdmin":true}}'),
    raw('{"constructor":{"prototype":{"isAdmin":true}}}'),
  ),
  fc.constantFrom<unknown>([], {}, [[]], [null], { toString: 1 }, { length: 1e9 }, { 0: 'a', length: 1 }),
  fc.jsonValue({ maxDepth: 2 }),
)

/** Values that stand for themselves in a shop: ids that exist, words that a route knows. */
export type Words = Readonly<Record<string, readonly string[]>>

function textOf(
  { format, pattern, maxLength = 100, minLength = 0 }: Schema,
  words: Words,
): fc.Arbitrary<string> {
  if (format !== undefined && words[format]) return fc.constantFrom(...words[format])
  if (pattern !== undefined && words[pattern]) return fc.constantFrom(...words[pattern])
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.max(minLength, Math.min(maxLength, 60)) })
}

/** A value that the schema takes, or nearly. */
export function soundValue(schema: Schema, words: Words): fc.Arbitrary<unknown> {
  const { type, properties = {}, required = [], items, minimum = 0, maximum = 1_000 } = schema
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((each) => soundValue(each, words)))
  if (schema.allOf)
    return fc
      .tuple(...schema.allOf.map((each) => soundValue(each, words)))
      .map((all) => Object.assign({}, ...all))
  if (type === 'object') {
    const fields = Object.entries(properties).map(([name, each]) => [name, soundValue(each, words)] as const)
    return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] })
  }
  if (type === 'array')
    return fc.array(soundValue(items ?? {}, words), { minLength: schema.minItems ?? 0, maxLength: 3 })
  if (type === 'integer') return fc.integer({ min: minimum, max: Math.min(maximum, minimum + 20) })
  if (type === 'number') return fc.double({ min: minimum, max: Math.min(maximum, minimum + 20), noNaN: true })
  if (type === 'boolean') return fc.boolean()
  return type === 'string' ? textOf(schema, words) : hostileValue
}

type Path = readonly (string | number)[]

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([name, each]) => pathsOf(each, [...at, name]))]
}

function replaceAt(value: unknown, [first, ...rest]: Path, change: (before: unknown) => unknown): unknown {
  if (first === undefined) return change(value)
  if (Array.isArray(value))
    return value.map((each, index) =>
      String(index) === String(first) ? replaceAt(each, rest, change) : each,
    )
  const record = value as Record<string, unknown>
  return Object.fromEntries(
    Object.entries(record).map(([name, each]) => [
      name,
      name === first ? replaceAt(each, rest, change) : each,
    ]),
  )
}

const strayNames = [
  '__proto__',
  'constructor',
  'prototype',
  'status',
  'ownerId',
  'organiserId',
  'priceMinor',
  'isAdmin',
  '',
  '$ref',
  'a'.repeat(500),
]

/** The value with one place of it spoiled. */
export function spoiledValue(sound: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const how = fc.oneof(
    { weight: 5, arbitrary: hostileValue.map((value) => () => value) },
    { weight: 1, arbitrary: fc.constant((before: unknown) => [before]) },
    { weight: 1, arbitrary: fc.constant((before: unknown) => ({ ...Object(before) })) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.constantFrom(...strayNames), hostileValue).map(
        ([name, value]) =>
          (before: unknown) =>
            // Written as text, because an own `__proto__` cannot be made by assignment.
            raw(
              toJson(before)
                .replace(/^\{/, `{${JSON.stringify(name)}:${toJson(value)},`)
                .replace(/,\}$/, '}'),
            ),
      ),
    },
  )
  return fc.tuple(sound, fc.nat(), how).map(([value, where, change]) => {
    const paths = pathsOf(value)
    return replaceAt(value, paths[where % paths.length] ?? [], change)
  })
}
