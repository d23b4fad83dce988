// What a route is called in programs: by its method and address, which never move.

/** `GET /api/shows/{id}/codes` → `getShowCodes`; what has an id is one of its kind. */
export function operationIdOf(method: string, path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== 'api')
  const words = segments.flatMap((segment, index) => {
    if (isParameter(segment)) return []
    const isOne = isParameter(segments[index + 1] ?? '')
    return (isOne ? oneOf(segment) : segment).split(/[^A-Za-z0-9]+/)
  })
  return method.toLowerCase() + words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')
}

const isParameter = (segment: string) => /^[{:]/.test(segment)
const oneOf = (segment: string) => segment.replace(/ies$/, 'y').replace(/s$/, '')
