// The organiser's side of the driver: shows of three kinds, prices that change and shows that are
// cancelled while people buy, and refunds. Tells buyers what there is.
import type { RefundView, ShowView } from '@holdfast/contract'
import { type CallerOptions, makeCaller } from './caller.ts'
import type { Journal } from './journal.ts'
import type { Random } from './random.ts'

export interface BoxOffice {
  readonly shows: readonly ShowView[]
  /**
   * Where a buyer goes: most of them where there is room, the others to what is nearly sold out.
   */
  pick(random: Random): ShowView
  /** Fills the programme; before any fault. */
  open(): Promise<void>
  /** One thing that an organiser does. */
  act(): Promise<void>
  refund(orderId: string, amountMinor: number | null): Promise<void>
}

export interface BoxOfficeOptions extends CallerOptions {
  readonly journal: Journal
  readonly random: Random
}

type Kind = 'large' | 'scarce' | 'seated'

const keptShows = 7
const prices = [0, 1_500, 2_500, 4_500, 6_000, 9_900] as const

function seatsOf(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    section: 'A',
    row: String(Math.floor(index / 10) + 1),
    number: String((index % 10) + 1),
  }))
}

export function makeBoxOffice(options: BoxOfficeOptions): BoxOffice {
  const { journal, random } = options
  const caller = makeCaller(options)
  const shows: ShowView[] = []
  const kinds = new Map<string, Kind>()
  const keyed = () => crypto.randomUUID()

  const notePrices = (show: ShowView) => {
    for (const { id, priceMinor } of show.ticketTypes) {
      const known = journal.prices.get(id) ?? new Set()
      journal.prices.set(id, known.add(priceMinor))
    }
  }

  /** Holds are short, so that many run out while they are being paid. */
  const bodyOf = (kind: Kind) => {
    const priceMinor = random.pick(prices.slice(1))
    const stock = {
      large: [
        { name: 'Standing', priceMinor, capacity: 1_000_000 },
        { name: 'Free', priceMinor: 0, capacity: 1_000_000 },
      ],
      scarce: [
        {
          name: 'Last places',
          priceMinor,
          capacity: random.between(5, 40),
          pools: [{ name: 'All', capacity: 45 }],
        },
        { name: 'At the door', priceMinor, pools: [{ name: 'All' }] },
      ],
      seated: [{ name: 'Seats', priceMinor, seats: seatsOf(random.between(10, 60)) }],
    }
    return {
      title: `A ${kind} show`,
      startsAt: '2031-05-01T18:00:00.000Z',
      timeZone: 'Europe/Berlin',
      currency: 'EUR',
      holdSeconds: random.skewed(2, 30),
      ticketTypes: stock[kind],
    }
  }

  const publish = async (kind: Kind) => {
    const body = bodyOf(kind)
    const drafted = await caller.settle<ShowView>({
      operation: 'draft show',
      method: 'POST',
      path: '/api/shows',
      body,
      key: keyed(),
    })
    if (drafted?.status !== 201) return
    notePrices(drafted.body)
    const path = `/api/shows/${drafted.body.id}/publish`
    const published = await caller.settle<ShowView>({ operation: 'publish show', method: 'POST', path })
    // Asked again after an unknown outcome it may be published already: as good as a yes.
    if (!published || (published.status !== 200 && published.code !== 'show_not_draft')) return
    kinds.set(drafted.body.id, kind)
    shows.push({ ...drafted.body, status: 'on_sale' })
  }

  const changePrice = async () => {
    const show = random.pick(shows)
    const { title, startsAt, timeZone, currency, holdSeconds } = show
    const ticketTypes = show.ticketTypes.map(({ id, name, priceMinor, capacity, seats, pools }) => {
      const changed = { id, name, priceMinor: priceMinor === 0 ? 0 : random.pick(prices.slice(1)) }
      if (!seats) return { ...changed, capacity, ...(pools ? { pools } : {}) }
      return { ...changed, seats: seats.map(({ section, row, number }) => ({ section, row, number })) }
    })
    const body = { title, startsAt, timeZone, currency, holdSeconds, ticketTypes }
    // Before it is asked for: from then on it may be the price.
    for (const { id, priceMinor } of ticketTypes) journal.prices.get(id)?.add(priceMinor)
    await caller.settle<ShowView>({
      operation: 'change show',
      method: 'PUT',
      path: `/api/shows/${show.id}`,
      body,
    })
  }

  const cancelShow = async () => {
    const index = shows.findIndex(({ id }) => kinds.get(id) !== 'large')
    const [show] = index < 0 ? [] : shows.splice(index, 1)
    if (show)
      await caller.settle({ operation: 'cancel show', method: 'POST', path: `/api/shows/${show.id}/cancel` })
  }

  return {
    shows,
    pick(buying) {
      const large = buying.chance(0.65)
      const some = shows.filter(({ id }) => (kinds.get(id) === 'large') === large)
      return buying.pick(some.length > 0 ? some : shows)
    },
    async open() {
      const body = { email: `organiser.${random.between(1, 1e9)}@example.com`, password: 'correct horse' }
      const signedUp = await caller.settle({
        operation: 'sign up',
        method: 'POST',
        path: '/api/users/signup',
        body,
      })
      if (signedUp?.status !== 201) throw new Error(`the organiser could not sign up: ${signedUp?.code}`)
      for (const kind of ['large', 'large', 'scarce', 'seated', 'scarce', 'seated'] as const)
        await publish(kind)
    },
    async act() {
      if (shows.length < keptShows) return publish(random.pick(['scarce', 'seated'] as const))
      return random.chance(0.5) ? changePrice() : cancelShow()
    },
    async refund(orderId, amountMinor) {
      const body = amountMinor === null ? {} : { amountMinor }
      const path = `/api/orders/${orderId}/refunds`
      const answer = await caller.settle<RefundView>({
        operation: 'refund',
        method: 'POST',
        path,
        body,
        key: keyed(),
      })
      if (answer?.status === 201) journal.refunded(orderId, answer.body.id, answer.body.amount.amountMinor)
    },
  }
}
