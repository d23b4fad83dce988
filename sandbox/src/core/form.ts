// Reads application/x-www-form-urlencoded with nested names (`a[b]=`, `a[0]=`, `a[]=`) into plain
// records. Arrays stay records with number keys here; the parameter readers decide what is a list.

export interface FormRecord {
  [name: string]: FormValue
}
export type FormValue = string | FormRecord

const MAX_PAIRS = 2000
const MAX_DEPTH = 6

export class MalformedForm extends Error {}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch (cause) {
    throw new MalformedForm('Invalid percent encoding in the request parameters.', { cause })
  }
}

function pathOf(name: string): string[] {
  const open = name.indexOf('[')
  if (open < 0) return [name]
  const path = [name.slice(0, open)]
  let at = open
  while (at < name.length) {
    const close = name.indexOf(']', at)
    if (name[at] !== '[' || close < 0)
      throw new MalformedForm(`Invalid parameter name: ${name.slice(0, 100)}`)
    path.push(name.slice(at + 1, close))
    at = close + 1
  }
  if (path.length > MAX_DEPTH) throw new MalformedForm('Parameters are nested too deeply.')
  return path
}

function place(into: FormRecord, path: string[], value: string): void {
  let record = into
  for (let index = 0; index < path.length - 1; index++) {
    const step = path[index] === '' ? String(Object.keys(record).length) : (path[index] ?? '')
    const next = record[step]
    if (next === undefined) {
      const fresh: FormRecord = Object.create(null) as FormRecord
      record[step] = fresh
      record = fresh
    } else if (typeof next === 'string') {
      throw new MalformedForm(`Parameter given both as a value and as a hash: ${path[0] ?? ''}`)
    } else {
      record = next
    }
  }
  const last = path[path.length - 1] ?? ''
  record[last === '' ? String(Object.keys(record).length) : last] = value
}

export function parseForm(text: string): FormRecord {
  const form: FormRecord = Object.create(null) as FormRecord
  if (text === '') return form
  const pairs = text.split('&')
  if (pairs.length > MAX_PAIRS) throw new MalformedForm('Too many parameters.')
  for (const pair of pairs) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
    place(form, pathOf(name), equals < 0 ? '' : decode(pair.slice(equals + 1)))
  }
  return form
}
