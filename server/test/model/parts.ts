// Parts of a state, each kept once: equal values are one object with one number, so that a state is
// known by a few numbers. Values are never changed.

export interface Part<Value> {
  readonly number: number
  readonly value: Value
  readonly text: string
}

/** Text that is equal for equal values, whatever the order in which their fields were written. */
function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  let text = texts.get(value)
  if (text === undefined) texts.set(value, (text = writeOut(value)))
  return text
}

/** Values are not changed, and most of a new one is an old one. */
const texts = new WeakMap<object, string>()

function writeOut(value: object): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`
  let text = '{'
  const fields = value as Record<string, unknown>
  for (const name of Object.keys(fields).toSorted()) {
    if (fields[name] !== undefined) text += `${text.length > 1 ? ',' : ''}"${name}":${textOf(fields[name])}`
  }
  return `${text}}`
}

const memories: { clear(): void }[] = []

/** A map that lasts for one exploration. */
export function memory<Key, Value>(): Map<Key, Value> {
  const made = new Map<Key, Value>()
  memories.push(made)
  return made
}

/** Before another exploration begins: numbers start again. */
export function forgetAll(): void {
  for (const each of memories) each.clear()
}

const parts = memory<string, Part<unknown>>()

/** The one part with this value. */
export function part<Value>(value: Value): Part<Value> {
  return partOfText(textOf(value), () => value)
}

function partOfText<Value>(text: string, value: () => Value): Part<Value> {
  const known = parts.get(text)
  if (known) return known as Part<Value>
  const made: Part<Value> = { number: parts.size, value: value(), text }
  parts.set(text, made)
  return made
}

/** Which buyer takes whose place: `[1, 0]` exchanges the first two. */
export type Exchange = readonly number[]

const exchanged = memory<string, Map<number, Part<unknown>>>()

/**
 * The same part as it would be had the buyers come in another order. Names carry the buyer's
 * number: `order-1`.
 */
export function exchange<Value>(original: Part<Value>, buyers: Exchange): Part<Value> {
  const name = buyers.join('')
  let known = exchanged.get(name)
  if (!known) exchanged.set(name, (known = new Map()))
  const before = known.get(original.number)
  if (before) return before as Part<Value>
  const text = original.text.replaceAll(
    /\b(order|payment|refund|buyer|imported)-(\d)/g,
    (_all, word: string, digit: string) => `${word}-${(buyers[Number(digit) - 1] ?? 0) + 1}`,
  )
  // Lists are kept in order of their text.
  const value = JSON.parse(text) as Value
  const made = part(value)
  known.set(original.number, made)
  return made
}
