// Addresses and the patterns behind them: which page an address has, and how one is written. Pure;
// knows no page.

/** The names after a `$` in a pattern. */
export type ParameterOf<Pattern extends string> = Pattern extends `${string}$${infer Name}/${infer Rest}`
  ? Name | ParameterOf<Rest>
  : Pattern extends `${string}$${infer Name}`
    ? Name
    : never

export type Parameters = Readonly<Record<string, string>>
export type Search = Readonly<Record<string, string | undefined>>

export interface Match<Pattern extends string = string> {
  readonly pattern: Pattern
  readonly params: Parameters
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    // A lone percent sign: no address of ours.
    return null
  }
}

function paramsOf(pattern: string, segments: readonly string[]): Parameters | null {
  const wanted = pattern.split('/')
  if (wanted.length !== segments.length) return null
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const segment = segments[index] ?? ''
    if (part.startsWith('$')) {
      const value = decoded(segment)
      if (value === null || value === '') return null
      params[part.slice(1)] = value
    } else if (part !== segment) return null
  }
  return params
}

/**
 * The first pattern that the address fits; null when it has no page. A slash at the end is no
 * difference.
 */
export function matchPath<Pattern extends string>(
  patterns: readonly Pattern[],
  pathname: string,
): Match<Pattern> | null {
  const segments = (pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname).split('/')
  for (const pattern of patterns) {
    const params = paramsOf(pattern, segments)
    if (params) return { pattern, params }
  }
  return null
}

/** An address from its pattern. Values are escaped, empty search values left out. */
export function writePath(pattern: string, params: Parameters = {}, search: Search = {}): string {
  const path = pattern.replace(/\$(\w+)/g, (_whole, name: string) => {
    const value = params[name]
    if (value === undefined) throw new Error(`${pattern} needs ${name}`)
    return encodeURIComponent(value)
  })
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(search))
    if (value !== undefined && value !== '') query.set(name, value)
  const text = query.toString()
  return text === '' ? path : `${path}?${text}`
}
