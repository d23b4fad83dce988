// What makes a show unsellable, and what a published show may change and may not.
import { currencyRule, mostMinor, supportedCurrencies } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import {
  type ProposedContent,
  type ProposedPool,
  type ProposedType,
  refuseWithdrawal,
  type ShowContent,
  type ShowPool,
  settleContent,
} from './show-content.ts'

const general = (changes: Partial<ProposedType> = {}): ProposedType => ({
  freshId: 'g',
  freshPoolId: 'g-pool',
  name: 'Standing',
  priceMinor: 4_500,
  stock: { capacity: 50 },
  ...changes,
})
const seat = (number: string, row = '1', section = 'A') => ({
  freshId: `${section}${row}${number}`,
  section,
  row,
  number,
})
const seated = (changes: Partial<ProposedType> = {}): ProposedType => ({
  freshId: 's',
  freshPoolId: 's-pool',
  name: 'Stalls',
  priceMinor: 8_000,
  stock: { seats: [seat('1'), seat('2')] },
  ...changes,
})
const proposal = (changes: Partial<ProposedContent> = {}): ProposedContent => ({
  title: 'A show',
  startsAt: '2031-05-01T20:00:00+02:00',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  venue: null,
  description: null,
  holdSeconds: 900,
  maxPerOrder: 10,
  ticketTypes: [general(), seated()],
  ...changes,
})
const settled = (changes: Partial<ProposedContent> = {}, known?: ShowContent): ShowContent => {
  const result = settleContent(proposal(changes), known)
  if ('refusal' in result) throw new Error(result.refusal)
  return result.content
}
const own = (id: string, capacity: number): ShowPool => ({ id, name: null, capacity, latch: false })
const refusal = (changes: Partial<ProposedContent>, known?: ShowContent): string | undefined => {
  const result = settleContent(proposal(changes), known)
  return 'refusal' in result ? result.refusal : undefined
}

describe('settling a proposal', () => {
  test('each type gets a pool of its own; that of a seated type holds its seats', () => {
    expect(settled().ticketTypes).toEqual([
      { id: 'g', name: 'Standing', priceMinor: 4_500, takes: [{ poolId: 'g-pool', count: 1 }] },
      {
        id: 's',
        name: 'Stalls',
        priceMinor: 8_000,
        takes: [{ poolId: 's-pool', count: 1 }],
        seats: [
          { id: 'A11', section: 'A', row: '1', number: '1' },
          { id: 'A12', section: 'A', row: '1', number: '2' },
        ],
      },
    ])
    expect(settled().pools).toEqual([own('g-pool', 50), own('s-pool', 2)])
  })
  test('an instant in any zone becomes the same instant in UTC', () => {
    expect(settled().startsAt).toBe('2031-05-01T18:00:00.000Z')
  })
  test('a known type and its known seats keep their ids, new ones get fresh ids', () => {
    const known = settled()
    const renumbered = {
      seats: [seat('2'), seat('3')].map((each) => ({ ...each, freshId: `new-${each.freshId}` })),
    }
    const { ticketTypes, pools } = settled(
      { ticketTypes: [seated({ ref: 's', freshId: 'x', freshPoolId: 'x-pool', stock: renumbered })] },
      known,
    )
    const [type] = ticketTypes
    expect(type).toMatchObject({ id: 's', takes: [{ poolId: 's-pool', count: 1 }] })
    expect(pools).toEqual([own('s-pool', 2)])
    expect(type?.seats?.map(({ id, number }) => [id, number])).toEqual([
      ['A12', '2'],
      ['new-A13', '3'],
    ])
  })
})

test('a known type that had no seats gets fresh ones', () => {
  const { ticketTypes, pools } = settled(
    { ticketTypes: [seated({ ref: 'g', freshId: 'x', freshPoolId: 'x-pool' })] },
    settled(),
  )
  expect(ticketTypes).toMatchObject([
    { id: 'g', takes: [{ poolId: 'g-pool', count: 1 }], seats: [{ id: 'A11' }, { id: 'A12' }] },
  ])
  expect(pools).toEqual([own('g-pool', 2)])
})

describe('a show that cannot be sold as it stands', () => {
  const refused: [string, Partial<ProposedContent>, string][] = [
    ['no title', { title: ' \t' }, 'Enter a title.'],
    ['a title that nobody sees', { title: '\u200B\u3164' }, 'Enter a title.'],
    ['no instant', { startsAt: '2031-12-31T23:59:60Z' }, 'The start must be a date between 2000 and 2200.'],
    [
      'an instant long ago',
      { startsAt: '1999-12-31T23:59:59Z' },
      'The start must be a date between 2000 and 2200.',
    ],
    [
      'an instant that no database holds',
      { startsAt: '0000-01-01T00:00:00Z' },
      'The start must be a date between 2000 and 2200.',
    ],
    [
      'the first moment of 2200',
      { startsAt: '2200-01-01T00:00:00Z' },
      'The start must be a date between 2000 and 2200.',
    ],
    ['an invented zone', { timeZone: 'Europe/Atlantis' }, '“Europe/Atlantis” is not a time zone we know.'],
    ['an offset for a zone', { timeZone: '+02:00' }, '“+02:00” is not a time zone we know.'],
    ['an invented currency', { currency: 'QQQ' }, 'No card can be charged in “QQQ”.'],
    ['a currency that cards have left', { currency: 'HRK' }, 'No card can be charged in “HRK”.'],
    ['a currency that cards never had', { currency: 'LYD' }, 'No card can be charged in “LYD”.'],
    ['a type without a name', { ticketTypes: [general({ name: ' ' })] }, 'Every ticket type needs a name.'],
    [
      'a type whose name nobody sees',
      { ticketTypes: [general({ name: '\u2060' })] },
      'Every ticket type needs a name.',
    ],
    [
      'a price that no card pays',
      { ticketTypes: [general({ priceMinor: 49 })] },
      'Standing: the price must be 0 or at least 50 minor units.',
    ],
    [
      'the same in yen',
      { currency: 'JPY', ticketTypes: [general({ priceMinor: 49 })] },
      'Standing: the price must be 0 or at least 50 minor units.',
    ],
    [
      'a price that the dinar has, but not on cards',
      { currency: 'KWD', ticketTypes: [general({ priceMinor: 1_005 })] },
      'Standing: the price must be a multiple of 10 minor units.',
    ],
    [
      'a seat twice in one type',
      { ticketTypes: [seated({ stock: { seats: [seat('1'), seat('1')] } })] },
      'Seat A 1 1 is listed twice.',
    ],
    [
      'a seat in two types',
      { ticketTypes: [seated(), seated({ freshId: 't', stock: { seats: [seat('2')] } })] },
      'Seat A 1 2 is listed twice.',
    ],
    [
      'a seat without a row or section, twice',
      { ticketTypes: [seated({ stock: { seats: [seat('7', '', ''), seat('7', '', '')] } })] },
      'Seat 7 is listed twice.',
    ],
    [
      'a label of two lines',
      { ticketTypes: [seated({ stock: { seats: [seat('1\n2')] } })] },
      'Stalls: a seat label must fit on one line.',
    ],
    [
      'a type that is not of this show',
      { ticketTypes: [general({ ref: 'elsewhere' })] },
      'This show has no ticket type elsewhere.',
    ],
  ]
  test.each(refused)('%s', (_title, changes, reason) => {
    expect(refusal(changes)).toBe(reason)
  })
  test('one type meant twice', () => {
    expect(refusal({ ticketTypes: [general({ ref: 'g' }), general({ ref: 'g' })] }, settled())).toBe(
      'Ticket type g is listed twice.',
    )
  })
})

describe('a show that can be sold', () => {
  const taken: [string, Partial<ProposedContent>][] = [
    ['for nothing', { ticketTypes: [general({ priceMinor: 0 })] }],
    ['at an odd price', { ticketTypes: [general({ priceMinor: 4_999 })] }],
    ['in the first moment of 2000', { startsAt: '2000-01-01T00:00:00Z' }],
    ['in the last of 2199', { startsAt: '2199-12-31T23:59:59.999Z' }],
    ['at the least price', { ticketTypes: [general({ priceMinor: 50 })] }],
    [
      'at a price in dinar that cards have',
      { currency: 'KWD', ticketTypes: [general({ priceMinor: 1_010 })] },
    ],
    ['for a million rupiah', { currency: 'IDR', ticketTypes: [general({ priceMinor: 150_000_000 })] }],
    ['with no place at all', { ticketTypes: [general({ stock: { capacity: 0 } })] }],
    ['in UTC', { timeZone: 'UTC' }],
    ['in a zone under its old name', { timeZone: 'Asia/Calcutta' }],
    [
      'with seats that differ only in the section',
      { ticketTypes: [seated({ stock: { seats: [seat('1', '1', 'A'), seat('1', '1', 'B')] } })] },
    ],
    [
      'with labels that only look alike when joined',
      { ticketTypes: [seated({ stock: { seats: [seat('1', '11'), seat('11', '1')] } })] },
    ],
  ]
  test.each(taken)('%s', (_title, changes) => {
    expect(refusal(changes)).toBeUndefined()
  })
})

describe('what a published show cannot take back', () => {
  const published = settled()
  const next = (changes: Partial<ProposedContent>) => refuseWithdrawal(published, settled(changes, published))
  const g = (changes: Partial<ProposedType> = {}) => general({ ref: 'g', ...changes })
  const s = (changes: Partial<ProposedType> = {}) => seated({ ref: 's', ...changes })

  const refused: [string, Partial<ProposedContent>, string][] = [
    [
      'its currency',
      { currency: 'USD', ticketTypes: [g(), s()] },
      'The currency can’t change once the show is published.',
    ],
    ['a ticket type', { ticketTypes: [g()] }, '“Stalls” is published and can’t be removed.'],
    [
      'a type whose id is left out, so that it is a new one',
      { ticketTypes: [general({ freshId: 'n' }), s()] },
      '“Standing” is published and can’t be removed.',
    ],
    [
      'a seat',
      { ticketTypes: [g(), s({ stock: { seats: [seat('1'), seat('3')] } })] },
      'Seat A 1 2 is published and can’t be removed.',
    ],
    [
      'the seats of a type',
      { ticketTypes: [g(), s({ stock: { capacity: 2 } })] },
      '“Stalls” can’t switch between numbered seats and general admission.',
    ],
  ]
  test.each(refused)('%s', (_title, changes, reason) => {
    expect(next(changes)).toBe(reason)
  })

  const allowed: [string, Partial<ProposedContent>][] = [
    [
      'title, venue, description and time',
      {
        title: 'Other',
        venue: 'Hall',
        description: 'x',
        startsAt: '2031-06-01T18:00:00Z',
        ticketTypes: [g(), s()],
      },
    ],
    ['prices and names', { ticketTypes: [g({ priceMinor: 0, name: 'Free' }), s({ priceMinor: 9_000 })] }],
    ['more places', { ticketTypes: [g({ stock: { capacity: 51 } }), s()] }],
    [
      'fewer places, which orders keeps at what is sold and held',
      { ticketTypes: [g({ stock: { capacity: 0 } }), s()] },
    ],
    ['more seats', { ticketTypes: [g(), s({ stock: { seats: [seat('3'), seat('2'), seat('1')] } })] }],
    ['another type', { ticketTypes: [general({ freshId: 'n', name: 'Late' }), s(), g()] }],
  ]
  test.each(allowed)('but it may change %s', (_title, changes) => {
    expect(next(changes)).toBeNull()
  })
})

describe('prices of', () => {
  const faultOf = (currency: string, priceMinor: number) =>
    settleContent(proposal({ currency, ticketTypes: [seated(), general({ priceMinor })] }))
  test.each(supportedCurrencies)('%s', (currency) => {
    const rule = currencyRule(currency)
    if (!rule) throw new Error(`${currency} has no rule`)
    const dear = { ...seated(), priceMinor: 0 }
    const settle = (priceMinor: number) =>
      settleContent(proposal({ currency, ticketTypes: [dear, general({ priceMinor })] }))
    for (const amount of [0, rule.least, mostMinor(rule)]) expect(settle(amount)).toHaveProperty('content')
    const wrong = [rule.least - rule.step, mostMinor(rule) + rule.step, rule.least + rule.step / 2]
    for (const amount of wrong.filter((minor) => minor > 0 && Number.isInteger(minor)))
      expect(settle(amount), `${amount}`).toMatchObject({ field: '/ticketTypes/1/priceMinor' })
  })

  test.each([
    ['CZK', 1_000],
    ['SEK', 100],
    ['HUF', 10_000],
    ['ISK', 99_050],
    ['KWD', 1_005],
    ['EUR', 100_000_000],
  ])('%s %i name their field', (currency, priceMinor) => {
    expect(faultOf(currency, priceMinor)).toMatchObject({ field: expect.stringMatching(/^\/ticketTypes/) })
  })

  test('a currency that no card has names its field', () => {
    expect(faultOf('HRK', 5_000)).toMatchObject({ field: '/currency' })
  })
})

describe('pools with a name', () => {
  const saturday = { freshId: 'sat', name: 'Saturday', capacity: 300, count: 1 }
  const sunday = { freshId: 'sun', name: 'Sunday', capacity: 200, count: 1 }
  const again = (name: string, changes: Partial<ProposedPool> = {}): ProposedPool => ({
    freshId: `other-${name}`,
    name,
    count: 1,
    ...changes,
  })
  const days: ProposedType[] = [
    general({ name: 'Saturday', stock: null, pools: [saturday] }),
    general({ freshId: 'h', name: 'Both', stock: null, pools: [again('Saturday'), sunday] }),
  ]

  test('are one pool wherever they are named, with the capacity that is given once', () => {
    const { ticketTypes, pools } = settled({ ticketTypes: days })
    expect(pools).toEqual([
      { id: 'sat', name: 'Saturday', capacity: 300, latch: false },
      { id: 'sun', name: 'Sunday', capacity: 200, latch: false },
    ])
    expect(ticketTypes.map(({ takes }) => takes)).toEqual([
      [{ poolId: 'sat', count: 1 }],
      [
        { poolId: 'sat', count: 1 },
        { poolId: 'sun', count: 1 },
      ],
    ])
  })
  test('come beside the type’s own, which comes first; a table takes more than one place', () => {
    const early = { ...saturday, latch: true, count: 10 }
    const { ticketTypes, pools } = settled({ ticketTypes: [general({ pools: [early] })] })
    expect(ticketTypes[0]?.takes).toEqual([
      { poolId: 'g-pool', count: 1 },
      { poolId: 'sat', count: 10 },
    ])
    expect(pools).toEqual([own('g-pool', 50), { id: 'sat', name: 'Saturday', capacity: 300, latch: true }])
  })
  test('a donation takes from none', () => {
    const { ticketTypes, pools } = settled({ ticketTypes: [general({ stock: null })] })
    expect([ticketTypes[0]?.takes, pools]).toEqual([[], []])
  })
  test('keep their ids, capacities and latches when the show is changed', () => {
    const before = settled({ ticketTypes: days.map((type) => ({ ...type })) })
    const after = settled(
      {
        ticketTypes: [
          general({ ref: 'g', stock: { capacity: 300 }, pools: [again('Saturday')] }),
          general({ ref: 'h', stock: null, pools: [again('Saturday'), again('Sunday', { capacity: 250 })] }),
        ],
      },
      before,
    )
    expect(after.pools).toEqual([
      { id: 'sat', name: 'Saturday', capacity: 300, latch: false },
      { id: 'sun', name: 'Sunday', capacity: 250, latch: false },
    ])
    // The capacity that a type without a pool of its own was read with makes no pool.
    expect(after.ticketTypes.map(({ takes }) => takes)).toEqual(before.ticketTypes.map(({ takes }) => takes))
    expect(refuseWithdrawal(before, after)).toBeNull()
  })
  test('a published type takes from the same pools for ever', () => {
    const before = settled({ ticketTypes: days })
    const after = settled(
      {
        ticketTypes: [
          general({ ref: 'g', stock: null, pools: [again('Saturday'), again('Sunday')] }),
          general({ ref: 'h', stock: null, pools: [again('Saturday'), again('Sunday')] }),
        ],
      },
      before,
    )
    expect(refuseWithdrawal(before, after)).toMatch('“Saturday” is published and can’t take from other pools')
  })

  const refused: [string, ProposedType[], string][] = [
    ['no capacity', [general({ pools: [again('All')] })], 'Pool “All” needs a capacity.'],
    [
      'two capacities',
      [
        general({ pools: [again('All', { capacity: 1 })] }),
        seated({ pools: [again('All', { capacity: 2 })] }),
      ],
      'Pool “All” is described in two ways.',
    ],
    [
      'a latch here and none there',
      [
        general({ pools: [again('All', { capacity: 1, latch: true })] }),
        seated({ pools: [again('All', { latch: false })] }),
      ],
      'Pool “All” is described in two ways.',
    ],
    [
      'one pool twice in a type',
      [general({ pools: [again('All', { capacity: 1 }), again('All')] })],
      'Standing: pool “All” is listed twice.',
    ],
    [
      'a name that nobody sees',
      [general({ pools: [again('\u200B')] })],
      'Standing: every pool needs a name.',
    ],
  ]
  test.each(refused)('refused: %s', (_what, ticketTypes, reason) => {
    expect(refusal({ ticketTypes })).toBe(reason)
  })
})
