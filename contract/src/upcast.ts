// Events as older versions stored them, brought to the shape of today. Data directories keep every
// event for ever, so this is the one place that knows old shapes.

type Data = Record<string, unknown>
type Upcast = (data: Data) => Data

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null

/** Before units, each line and each ticket type took one place of one pool. */
function withTakes(items: unknown): unknown {
  if (!Array.isArray(items) || !items.some((item) => isData(item) && 'poolId' in item)) return items
  return items.map((item: unknown) => {
    if (!isData(item) || !('poolId' in item)) return item
    const { poolId, ...rest } = item
    return { ...rest, takes: [{ poolId, count: 1 }] }
  })
}

const lines: Upcast = (data) => replaced(data, 'lines', withTakes(data['lines']))
/** Before an order could be paid in parts, all of its total was due; and every order came from a page. */
const orderCreated: Upcast = (data) => {
  const taken = lines(data)
  return 'due' in taken || 'channel' in taken ? taken : { ...taken, due: taken['amount'], channel: 'web' }
}
const types: Upcast = (data) => replaced(data, 'ticketTypes', withTakes(data['ticketTypes']))

/** The same object when nothing was old, so that events of today cost nothing. */
const replaced = (data: Data, field: string, value: unknown): Data =>
  data[field] === value ? data : { ...data, [field]: value }

/** Tickets were not tied to their units by a number, but stood in the order of the units. */
const tickets: Upcast = (data) => {
  const issued = data['tickets']
  if (!Array.isArray(issued) || !issued.some((ticket) => isData(ticket) && !('unit' in ticket))) return data
  const numbered = issued.map((ticket: unknown, unit) =>
    isData(ticket) ? { unit, generation: 1, ...ticket } : ticket,
  )
  return { ...data, tickets: numbered }
}

const upcasts: ReadonlyMap<unknown, Upcast> = new Map([
  ['OrderCreated', orderCreated],
  ['OrderCompleted', lines],
  ['TicketsIssued', tickets],
  ['ShowPublished', types],
  ['ShowChanged', types],
])

/** The event in the shape of today. Checks nothing. */
export function upcast(value: unknown): unknown {
  if (!isData(value) || !isData(value['data'])) return value
  const change = upcasts.get(value['type'])
  if (!change) return value
  const data = change(value['data'])
  return data === value['data'] ? value : { ...value, data }
}
