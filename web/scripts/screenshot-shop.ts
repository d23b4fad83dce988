// A shop that looks lived in: some shows, some sales, a ticket for the door. Made through the API,
// like anybody's.
import type { OrderView, PaymentView, ShowBody, ShowView } from '@holdfast/contract'

export const organiser = { email: 'harbour@example.org', password: 'pictures of a shop' }

export interface FilledShop {
  readonly general: ShowView
  readonly seated: ShowView
  readonly ticketCode: string
}

const inDays = (days: number, hour: number) => {
  const day = new Date(Date.now() + days * 86_400_000)
  day.setUTCHours(hour, 0, 0, 0)
  return day.toISOString()
}

function hall(section: string, rows: string, numbers: readonly number[]) {
  return [...rows].flatMap((row) => numbers.map((number) => ({ section, row, number: String(number) })))
}
const withAisle = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17]

const shows: (Partial<ShowBody> & Pick<ShowBody, 'title' | 'startsAt' | 'ticketTypes'>)[] = [
  {
    title: 'The Lighthouse Orchestra',
    startsAt: inDays(12, 19),
    venue: 'Harbour Hall, Hamburg',
    description:
      'An evening of film music, played by sixty people who love it.\n\nDoors open an hour before. There is a bar, a cloakroom, and a quiet corner upstairs.',
    ticketTypes: [
      { name: 'Standing', priceMinor: 4_500, capacity: 400 },
      { name: 'Reduced', priceMinor: 2_900, capacity: 40 },
      { name: 'Friends of the house', priceMinor: 9_000, capacity: 12 },
    ],
  },
  {
    title: 'Small Boats, Big Sea',
    startsAt: inDays(20, 19),
    timeZone: 'Europe/London',
    currency: 'GBP',
    venue: 'The Old Net Loft, Whitby',
    description: 'A one-woman play about a lifeboat crew. Every seat has a good view.',
    ticketTypes: [
      { name: 'Stalls', priceMinor: 2_200, seats: hall('Stalls', 'ABCDEFGH', withAisle) },
      { name: 'Balcony', priceMinor: 1_500, seats: hall('Balcony', 'AB', withAisle) },
    ],
  },
  {
    title: 'Open Rehearsal',
    startsAt: inDays(23, 16),
    venue: 'Harbour Hall, Hamburg',
    ticketTypes: [{ name: 'Entry', priceMinor: 0, capacity: 80 }],
  },
  {
    title: 'Winterreise',
    startsAt: inDays(44, 18),
    venue: 'St. Katharinen, Hamburg',
    ticketTypes: [{ name: 'Nave', priceMinor: 2_400, capacity: 220 }],
  },
  {
    title: 'A Very Long Night of Very Short Films',
    startsAt: inDays(51, 18),
    venue: 'Kino am Hafen',
    ticketTypes: [{ name: 'Seat', priceMinor: 1_200, capacity: 90 }],
  },
]

type Call = <Answer>(
  path: string,
  body: unknown,
  cookie?: string,
) => Promise<{ answer: Answer; cookie: string }>

export async function fillShop(url: string): Promise<FilledShop> {
  const call: Call = async <Answer>(path: string, body: unknown, cookie?: string) => {
    const headers = { 'content-type': 'application/json', ...(cookie === undefined ? {} : { cookie }) }
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return {
      answer: (await response.json()) as Answer,
      cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '',
    }
  }
  const { cookie } = await call('/api/users/signup', organiser)
  const made: ShowView[] = []
  for (const show of shows) {
    const { answer: draft } = await call<ShowView>(
      '/api/shows',
      { timeZone: 'Europe/Berlin', currency: 'EUR', ...show },
      cookie,
    )
    made.push((await call<ShowView>(`/api/shows/${draft.id}/publish`, {}, cookie)).answer)
  }
  const [general, seated] = made
  if (!general || !seated) throw new Error('the shows were not made')
  const names = [
    'ada',
    'bo',
    'carla',
    'dev',
    'eli',
    'farah',
    'gus',
    'hana',
    'ivo',
    'jun',
    'kim',
    'lou',
    'mara',
    'nils',
  ]
  for (const [index, name] of names.entries()) {
    const type = general.ticketTypes[index % 4 === 3 ? 1 : 0]
    await buy(call, {
      email: `${name}@example.org`,
      showId: general.id,
      line: { ticketTypeId: type?.id, quantity: 1 + (index % 4) },
    })
  }
  // All but a few of the cheap places, and a good part of the hall.
  await buy(call, {
    email: 'club@example.org',
    showId: general.id,
    line: { ticketTypeId: general.ticketTypes[1]?.id, quantity: 10 },
  })
  for (const [typeIndex, step] of [
    [0, 3],
    [1, 4],
  ] as const) {
    const type = seated.ticketTypes[typeIndex]
    const seatIds = (type?.seats ?? [])
      .filter(
        (seat, index) => !(/[CDEF]/.test(seat.row) && /^[78]$/.test(seat.number)) && (index * 7) % 11 < step,
      )
      .map((seat) => seat.id)
    for (let from = 0; from < seatIds.length; from += 8) {
      await buy(call, {
        email: `row${from}@example.org`,
        showId: seated.id,
        line: { ticketTypeId: type?.id, seatIds: seatIds.slice(from, from + 8) },
      })
    }
  }
  const bought = await buy(call, {
    email: 'zoe@example.org',
    showId: general.id,
    line: { ticketTypeId: general.ticketTypes[0]?.id, quantity: 2 },
  })
  return { general, seated, ticketCode: await firstCode(url, bought) }
}

interface Purchase {
  readonly email: string
  readonly showId: string
  readonly line: Record<string, unknown>
}

async function buy(
  call: Call,
  { email, showId, line }: Purchase,
): Promise<{ orderId: string; cookie: string }> {
  const { cookie } = await call('/api/users/guest', { email })
  const { answer: order } = await call<OrderView>('/api/orders', { showId, lines: [line] }, cookie)
  await call<PaymentView>('/api/payments', { orderId: order.id, paymentMethod: 'pm_card_visa' }, cookie)
  return { orderId: order.id, cookie }
}

async function firstCode(
  url: string,
  { orderId, cookie }: { orderId: string; cookie: string },
): Promise<string> {
  for (;;) {
    const order = (await (
      await fetch(`${url}/api/orders/${orderId}`, { headers: { cookie } })
    ).json()) as OrderView
    const code = order.tickets?.[0]?.code
    if (code !== undefined) return code
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
