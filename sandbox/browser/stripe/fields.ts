// Fields that a page does not want the Payment Element to ask for: it must then pass them itself.
// Pure.

type Hash = Record<string, unknown>

const ADDRESS = ['line1', 'line2', 'city', 'state', 'country', 'postalCode']

function hashOf(value: unknown): Hash {
  return typeof value === 'object' && value !== null ? (value as Hash) : {}
}

/** The fields that the page promised to pass: `name`, `address.postal_code` and so on. */
export function promisedFields(fields: unknown): string[] {
  const details = hashOf(fields)['billingDetails']
  const all = details === 'never'
  const { address } = hashOf(details)
  const wanted = (value: unknown): boolean => all || value === 'never'
  return [
    ...['name', 'email', 'phone'].filter((name) => wanted(hashOf(details)[name])),
    ...ADDRESS.filter((name) => wanted(address) || hashOf(address)[name] === 'never').map(
      (name) => `address.${name === 'postalCode' ? 'postal_code' : name}`,
    ),
  ]
}

/**
 * What the page promised and did not pass, in the words of Stripe.js; an explicit null or empty
 * string counts as passed.
 */
export function brokenPromise(
  fields: unknown,
  billing: unknown,
  call: { name: string; path: string },
): string | undefined {
  for (const field of promisedFields(fields)) {
    const [first = '', second] = field.split('.')
    const holder = second === undefined ? hashOf(billing) : hashOf(hashOf(billing)[first])
    if ((second ?? first) in holder) continue
    return `You specified "never" for fields.billing_details.${field} when creating the payment Element, but did not pass ${call.path}.${field} when calling ${call.name}. If you opt out of collecting data via the payment Element using the fields option, the data must be passed in when calling ${call.name}.`
  }
  return undefined
}
