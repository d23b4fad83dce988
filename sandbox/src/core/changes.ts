// What an update changed, as `previous_attributes` of an event tells it. Pure.
// Source: https://docs.stripe.com/api/events/object#event_object-data-previous_attributes

type Body = Record<string, unknown>

function isHash(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The values before, of hashes only the keys that changed; undefined if the two are alike. */
export function changesOf(before: object, after: object): Body | undefined {
  const [old, now]: [Body, Body] = [{ ...before }, { ...after }]
  const changed: Body = {}
  for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
    const [was, is] = [old[name], now[name]]
    if (was === is) continue
    if (isHash(was) && isHash(is)) {
      const inside = changesOf(was, is)
      if (inside !== undefined) changed[name] = inside
    } else if (JSON.stringify(was) !== JSON.stringify(is)) changed[name] = was ?? null
  }
  return Object.keys(changed).length === 0 ? undefined : changed
}
