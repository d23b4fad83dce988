// Readers that turn form values into typed parameters and answer wrong ones as the processor does.
// A reader must never let an unknown name pass: strictness here finds bugs in the software under
// test.
import { ApiError, invalidRequest, missingParam } from './errors.ts'
import type { FormRecord, FormValue } from './form.ts'

export interface Reader<T> {
  (value: FormValue, name: string): T
  /** The names inside a hash, for whoever lists all parameters of a route. */
  inside?: Spec
}
export type Spec = Record<string, Reader<unknown>>
export type Read<S extends Spec> = { [K in keyof S]?: ReturnType<S[K]> | undefined }

export const text: Reader<string> = (value, name) => {
  if (typeof value !== 'string')
    throw invalidRequest(`Invalid string: ${JSON.stringify(value)}`, { param: name })
  if (value.length > 5000) {
    throw invalidRequest(`Invalid string: ${value.slice(0, 10)}…; must be at most 5000 characters`, {
      param: name,
    })
  }
  return value
}

/** A string that may not be blank; `''` means "unset" elsewhere, here it is a mistake. */
export const filled: Reader<string> = (value, name) => {
  const read = text(value, name)
  if (read.trim() === '') {
    throw invalidRequest(
      `You passed an empty string for '${name}'. We assume empty values are an attempt to unset a parameter; however '${name}' cannot be unset. You should remove '${name}' from your request or supply a non-empty value.`,
      { code: 'parameter_invalid_empty', param: name },
    )
  }
  return read
}

export const integer: Reader<number> = (value, name) => {
  const read = filled(value, name)
  if (!/^-?\d{1,15}$/.test(read))
    throw invalidRequest(`Invalid integer: ${read.slice(0, 60)}`, {
      code: 'parameter_invalid_integer',
      param: name,
    })
  return Number(read)
}

export const positive: Reader<number> = (value, name) => {
  const read = integer(value, name)
  if (read < 1)
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: name,
    })
  return read
}

export const natural: Reader<number> = (value, name) => {
  const read = integer(value, name)
  if (read < 0)
    throw invalidRequest('This value must be greater than or equal to 0.', {
      code: 'parameter_invalid_integer',
      param: name,
    })
  return read
}

/** Python prints its booleans with a capital, and the processor takes them. */
export const flag: Reader<boolean> = (value, name) => {
  if (value === 'true' || value === 'True') return true
  if (value === 'false' || value === 'False') return false
  throw invalidRequest(`Invalid boolean: ${typeof value === 'string' ? value.slice(0, 60) : 'hash'}`, {
    param: name,
  })
}

export function oneOf<const T extends string>(...allowed: T[]): Reader<T> {
  return (value, name) => {
    const read = text(value, name)
    for (const option of allowed) if (read === option) return option
    throw invalidRequest(
      `Invalid ${name}: must be one of ${allowed.slice(0, -1).join(', ')}${allowed.length > 1 ? ', or ' : ''}${allowed.at(-1) ?? ''}`,
      {
        param: name,
      },
    )
  }
}

/** `''` unsets a value; anything else goes to the inner reader. */
export function clearable<T>(inner: Reader<T>): Reader<T | null> {
  const read: Reader<T | null> = (value, name) => (value === '' ? null : inner(value, name))
  return inner.inside === undefined ? read : Object.assign(read, { inside: inner.inside })
}

/** A text that the object may lack: `''` unsets it, on creation as on an update. */
export const optionalText = clearable(text)

/** What an update leaves: the value that it names, null to unset, or else the one before. */
export function given<T>(value: T | undefined, before: T): T {
  return value === undefined ? before : value
}

export function listOf<T>(inner: Reader<T>): Reader<T[]> {
  const read: Reader<T[]> = (value, name) => {
    if (value === '') return []
    if (typeof value === 'string') throw invalidRequest('Invalid array', { param: name })
    return Object.entries(value).map(([index, item]) => {
      if (!/^\d+$/.test(index)) throw invalidRequest('Invalid array', { param: name })
      return inner(item, `${name}[${index}]`)
    })
  }
  return inner.inside === undefined ? read : Object.assign(read, { inside: inner.inside })
}

export function hash<S extends Spec>(spec: S): Reader<Read<S>> {
  const read: Reader<Read<S>> = (value, name) => {
    if (typeof value === 'string') throw invalidRequest('Invalid hash', { param: name })
    return readAll(spec, value, name)
  }
  return Object.assign(read, { inside: spec })
}

/**
 * A hash that must name some of its parts, such as an address without which nothing can be sent.
 */
export function hashWith<S extends Spec>(wanted: (keyof S & string)[], spec: S): Reader<Read<S>> {
  const inner = hash(spec)
  const read: Reader<Read<S>> = (value, name) => {
    const found = inner(value, name)
    for (const part of wanted) if (found[part] === undefined) throw missingParam(`${name}[${part}]`)
    return found
  }
  return Object.assign(read, { inside: spec })
}

export type MetadataChange = Record<string, string> | 'clear'

export const metadata: Reader<MetadataChange> = (value, name) => {
  if (value === '') return 'clear'
  if (typeof value === 'string') throw invalidRequest('Invalid hash', { param: name })
  const read: Record<string, string> = {}
  for (const [key, item] of Object.entries(value)) {
    if (typeof item !== 'string')
      throw invalidRequest('Metadata values must be strings', { param: `${name}[${key}]` })
    if (key.length > 40)
      throw invalidRequest(
        `Metadata keys may have up to 40 characters. You passed in a key that is ${key.length} characters: ${key.slice(0, 60)}`,
        {
          param: name,
        },
      )
    if (item.length > 500)
      throw invalidRequest(
        `Metadata values can have up to 500 characters, but you passed in a value that is ${item.length} characters. Invalid value: ${item.slice(0, 40)}…`,
        { param: `${name}[${key}]` },
      )
    read[key] = item
  }
  return read
}

export function mergeMetadata(
  current: Record<string, string>,
  change: MetadataChange | undefined,
): Record<string, string> {
  if (change === undefined) return current
  if (change === 'clear') return {}
  const merged: Record<string, string> = { ...current }
  for (const [key, value] of Object.entries(change)) {
    if (value === '') delete merged[key]
    else merged[key] = value
  }
  if (Object.keys(merged).length > 50)
    throw invalidRequest('You can only set up to 50 metadata keys.', { param: 'metadata' })
  return merged
}

function unknownParam(names: string[]): ApiError {
  const message =
    names.length === 1
      ? `Received unknown parameter: ${names[0] ?? ''}`
      : `Received unknown parameters: ${names.join(', ')}`
  return new ApiError(400, {
    type: 'invalid_request_error',
    code: 'parameter_unknown',
    message,
    param: names[0] ?? '',
  })
}

export function readAll<S extends Spec>(spec: S, form: FormRecord, prefix = ''): Read<S> {
  const read: Record<string, unknown> = {}
  const unknown: string[] = []
  for (const name in form) {
    const reader = Object.hasOwn(spec, name) ? spec[name] : undefined
    const value = form[name]
    const full = prefix === '' ? name : `${prefix}[${name}]`
    if (reader === undefined) unknown.push(full)
    else if (value !== undefined) read[name] = reader(value, full)
  }
  if (unknown.length > 0) throw unknownParam(unknown)
  return read as Read<S>
}
