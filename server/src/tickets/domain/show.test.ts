// Every state of a show against every command, cell by cell, and what others hear of it.
import { describe, expect, test } from 'vitest'
import {
  decideShow,
  evolveShow,
  maySee,
  type SellerContext,
  type Show,
  type ShowCommand,
  type ShowDecision,
} from './show.ts'
import type { ProposedContent } from './show-content.ts'

const now = '2031-01-01T00:00:00.000Z'
const proposal: ProposedContent = {
  title: 'A show',
  startsAt: '2031-05-01T18:00:00.000Z',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  venue: 'Hall',
  description: 'Loud',
  holdSeconds: 900,
  maxPerOrder: 10,
  ticketTypes: [
    { freshId: 'g', freshPoolId: 'g-pool', name: 'Standing', priceMinor: 4_500, stock: { capacity: 50 } },
    {
      freshId: 's',
      freshPoolId: 's-pool',
      name: 'Stalls',
      priceMinor: 8_000,
      stock: { seats: [{ freshId: 'A11', section: 'A', row: '1', number: '1' }] },
    },
  ],
}
const edited: ProposedContent = {
  ...proposal,
  title: 'Another show',
  ticketTypes: proposal.ticketTypes.map((type) => ({
    ...type,
    ref: type.freshId,
    freshId: 'unused',
    freshPoolId: 'unused',
    priceMinor: 5_000,
  })),
}

const to = { showId: 'show', organiserId: 'organiser' }
const open: SellerContext = { seller: { approved: false, blocked: false }, policy: 'open' }
const blockedSeller: SellerContext = { ...open, seller: { approved: true, blocked: true } }
const commands = {
  DraftShow: { type: 'DraftShow', ...to, content: proposal },
  ChangeShow: { type: 'ChangeShow', ...to, content: edited },
  PublishShow: { type: 'PublishShow', ...to },
  CloseShow: { type: 'CloseShow', ...to },
  CancelShow: { type: 'CancelShow', ...to },
  DeleteDraft: { type: 'DeleteDraft', ...to },
  SettleSeller: { type: 'SettleSeller', ...to },
} as const satisfies { [Type in ShowCommand['type']]: ShowCommand & { type: Type } }

/** The show after these commands, each of which must be accepted. */
function after(...types: ShowCommand['type'][]): Show | undefined {
  return types.reduce<Show | undefined>(
    (show, type) => accepted(decideShow(show, commands[type], now, open)).answer,
    undefined,
  )
}

function settled(show: Show | undefined, seller: SellerContext): Show {
  return accepted(decideShow(show, commands.SettleSeller, now, seller)).answer
}

function accepted(decision: ShowDecision) {
  if ('rejection' in decision) throw new Error(decision.rejection)
  return decision
}

const states = {
  none: after(),
  draft: after('DraftShow'),
  on_sale: after('DraftShow', 'PublishShow'),
  closed: after('DraftShow', 'PublishShow', 'CloseShow'),
  cancelled: after('DraftShow', 'PublishShow', 'CancelShow'),
  blocked: settled(after('DraftShow', 'PublishShow'), blockedSeller),
  discarded: after('DraftShow', 'CancelShow'),
}
type State = keyof typeof states

/** The facts, or the rejection after a bang; empty: accepted, and nothing happens. */
const matrix: Record<State, Record<ShowCommand['type'], string>> = {
  none: {
    DraftShow: 'ShowDrafted',
    ChangeShow: '!show_unknown',
    PublishShow: '!show_unknown',
    CloseShow: '!show_unknown',
    CancelShow: '!show_unknown',
    DeleteDraft: '!show_unknown',
    SettleSeller: '!show_unknown',
  },
  draft: {
    DraftShow: '',
    ChangeShow: 'ContentChanged',
    PublishShow: 'ShowPublished',
    CloseShow: '!not_on_sale',
    CancelShow: 'DraftCancelled',
    DeleteDraft: 'DraftDeleted',
    SettleSeller: '',
  },
  on_sale: {
    DraftShow: '',
    ChangeShow: 'ContentChanged ShowChanged',
    PublishShow: '!show_not_draft',
    CloseShow: 'SalesEnded ShowChanged',
    CancelShow: 'ShowCancelled',
    DeleteDraft: '!show_not_draft',
    SettleSeller: '',
  },
  closed: {
    DraftShow: '',
    ChangeShow: 'ContentChanged ShowChanged',
    PublishShow: '!show_not_draft',
    CloseShow: '',
    CancelShow: 'ShowCancelled',
    DeleteDraft: '!show_not_draft',
    SettleSeller: '',
  },
  cancelled: {
    DraftShow: '',
    ChangeShow: '!show_cancelled',
    PublishShow: '!show_cancelled',
    CloseShow: '!show_cancelled',
    CancelShow: '',
    DeleteDraft: '!show_not_draft',
    SettleSeller: '',
  },
  discarded: {
    DraftShow: '',
    ChangeShow: '!show_cancelled',
    PublishShow: '!show_cancelled',
    CloseShow: '!show_cancelled',
    CancelShow: '',
    DeleteDraft: 'DraftDeleted',
    SettleSeller: '',
  },
  blocked: {
    DraftShow: '',
    ChangeShow: 'ContentChanged ShowChanged',
    PublishShow: '!show_not_draft',
    CloseShow: 'SalesEnded ShowChanged',
    CancelShow: 'ShowCancelled',
    DeleteDraft: '!show_not_draft',
    SettleSeller: 'SellerSettled ShowChanged',
  },
}

const describeDecision = (decision: ShowDecision) =>
  'rejection' in decision ? `!${decision.rejection}` : decision.facts.map((fact) => fact.type).join(' ')

for (const [state, row] of Object.entries(matrix) as [State, Record<ShowCommand['type'], string>][]) {
  describe(`a show that is ${state}`, () => {
    for (const [type, expected] of Object.entries(row) as [ShowCommand['type'], string][]) {
      test(`${type} gives ${expected || 'nothing'}`, () => {
        const decision = decideShow(states[state], commands[type], now, open)
        expect(describeDecision(decision)).toBe(expected)
        if ('rejection' in decision) return
        // The answer is the show as the facts make it, one version on if anything happened.
        const evolved = decision.facts.reduce((show, fact) => evolveShow(show, fact, now), states[state])
        expect(decision.answer).toEqual(evolved)
        expect(decision.answer.version).toBe((states[state]?.version ?? 0) + (expected === '' ? 0 : 1))
      })
    }
    for (const type of [
      'ChangeShow',
      'PublishShow',
      'CloseShow',
      'CancelShow',
      'DeleteDraft',
      'SettleSeller',
    ] as const) {
      test(`${type} by anybody else: there is no such show`, () => {
        const decision = decideShow(states[state], { ...commands[type], organiserId: 'somebody' }, now, open)
        expect(decision).toEqual({ rejection: 'show_unknown' })
      })
    }
  })
}

describe('what others hear', () => {
  const announced = (state: State, type: ShowCommand['type']) =>
    accepted(decideShow(states[state], commands[type], now, open)).facts.at(-1)

  test('of a published show: all that they need to sell it and to tell its buyers', () => {
    expect(announced('draft', 'PublishShow')).toEqual({
      type: 'ShowPublished',
      data: {
        id: 'show',
        organiserId: 'organiser',
        title: 'A show',
        startsAt: '2031-05-01T18:00:00.000Z',
        timeZone: 'Europe/Berlin',
        venue: 'Hall',
        currency: 'EUR',
        holdSeconds: 900,
        maxPerOrder: 10,
        onSale: true,
        ticketTypes: [
          { id: 'g', name: 'Standing', priceMinor: 4_500, takes: [{ poolId: 'g-pool', count: 1 }] },
          {
            id: 's',
            name: 'Stalls',
            priceMinor: 8_000,
            takes: [{ poolId: 's-pool', count: 1 }],
            seats: [{ id: 'A11', section: 'A', row: '1', number: '1' }],
          },
        ],
        pools: [
          { id: 'g-pool', capacity: 50 },
          { id: 's-pool', capacity: 1 },
        ],
      },
    })
  })
  test('of a closed sale: the show is no longer on sale', () => {
    expect(announced('on_sale', 'CloseShow')?.data).toMatchObject({ id: 'show', onSale: false })
  })
  test('of a change: the new title and prices under the old ids', () => {
    const data = announced('on_sale', 'ChangeShow')?.data
    expect(data).toMatchObject({
      title: 'Another show',
      onSale: true,
      ticketTypes: [
        { id: 'g', priceMinor: 5_000 },
        { id: 's', priceMinor: 5_000 },
      ],
    })
  })
  test('of a change after the sale: it stays closed', () => {
    expect(announced('closed', 'ChangeShow')?.data).toMatchObject({ onSale: false })
  })
})

test('content that cannot be sold is refused in every state that may change', () => {
  const content = { ...edited, currency: 'QQQ' }
  expect(
    decideShow(undefined, { ...commands.DraftShow, content: { ...proposal, currency: 'QQQ' } }, now, open),
  ).toMatchObject({
    rejection: 'invalid_show',
  })
  for (const state of ['draft', 'on_sale', 'closed'] as const) {
    expect(decideShow(states[state], { ...commands.ChangeShow, content }, now, open)).toEqual({
      rejection: 'invalid_show',
      detail: 'No card can be charged in “QQQ”.',
      field: '/currency',
    })
  }
})

test('a draft may change its currency and drop a ticket type, a published show may not', () => {
  const content = { ...edited, currency: 'USD', ticketTypes: edited.ticketTypes.slice(0, 1) }
  expect(describeDecision(decideShow(states.draft, { ...commands.ChangeShow, content }, now, open))).toBe(
    'ContentChanged',
  )
  expect(describeDecision(decideShow(states.on_sale, { ...commands.ChangeShow, content }, now, open))).toBe(
    '!invalid_show',
  )
})

describe('who may see a show', () => {
  const visible: Record<Exclude<State, 'none'>, { organiser: boolean; public: boolean }> = {
    draft: { organiser: true, public: false },
    on_sale: { organiser: true, public: true },
    closed: { organiser: true, public: true },
    cancelled: { organiser: true, public: true },
    discarded: { organiser: true, public: false },
    blocked: { organiser: true, public: true },
  }
  for (const [state, expected] of Object.entries(visible) as [
    Exclude<State, 'none'>,
    { organiser: boolean; public: boolean },
  ][]) {
    test(`when it is ${state}`, () => {
      const show = states[state]
      if (!show) throw new Error('no such state')
      expect({
        organiser: maySee(show, true),
        public: maySee(show, false),
      }).toEqual(expected)
    })
  }
})

describe('publishing a show', () => {
  const startsAt = proposal.startsAt
  test.each([
    ['a second before it starts', '2031-05-01T17:59:59.999Z', 'ShowPublished'],
    ['at its start', startsAt, '!show_past'],
    ['a millisecond after its start', '2031-05-01T18:00:00.001Z', '!show_past'],
    ['a week later', '2031-05-08T18:00:00.000Z', '!show_past'],
  ])('%s: %s', (_when, at, expected) => {
    expect(describeDecision(decideShow(states.draft, commands.PublishShow, at, open))).toBe(expected)
  })

  test('of the past is still changed, closed and cancelled: only publishing is refused', () => {
    const later = '2031-06-01T00:00:00.000Z'
    expect(describeDecision(decideShow(states.draft, commands.ChangeShow, later, open))).toBe(
      'ContentChanged',
    )
    expect(describeDecision(decideShow(states.on_sale, commands.CloseShow, later, open))).toBe(
      'SalesEnded ShowChanged',
    )
    expect(describeDecision(decideShow(states.on_sale, commands.CancelShow, later, open))).toBe(
      'ShowCancelled',
    )
    expect(describeDecision(decideShow(states.on_sale, commands.PublishShow, later, open))).toBe(
      '!show_not_draft',
    )
  })
})

test('a draft of before, with a price or currency that no card has, is not put on sale', () => {
  const { draft } = states
  if (!draft) throw new Error('there is no draft')
  for (const [changes, field] of [
    [{ currency: 'HRK' }, '/currency'],
    [
      { currency: 'CZK', ticketTypes: draft.ticketTypes.map((type) => ({ ...type, priceMinor: 1_000 })) },
      '/ticketTypes/0/priceMinor',
    ],
  ] as const)
    expect(decideShow({ ...draft, ...changes }, commands.PublishShow, now, open)).toMatchObject({
      rejection: 'invalid_show',
      field,
    })
})

describe('a seller', () => {
  const sellers: readonly (readonly [string, SellerContext, string])[] = [
    ['of an open shop', open, 'ShowPublished'],
    ['who waits', { ...open, policy: 'approved' }, '!seller_not_approved'],
    ['who is approved', { policy: 'approved', seller: { approved: true, blocked: false } }, 'ShowPublished'],
    ['who is blocked', blockedSeller, '!seller_blocked'],
    ['who is blocked and was never approved', { ...blockedSeller, policy: 'approved' }, '!seller_blocked'],
  ]
  test.each(sellers)('%s', (_, seller, expected) => {
    expect(describeDecision(decideShow(states.draft, commands.PublishShow, now, seller))).toBe(expected)
    // Everything else is theirs to do: buyers keep what they have.
    for (const type of ['ChangeShow', 'CloseShow', 'CancelShow'] as const)
      expect(describeDecision(decideShow(states.on_sale, commands[type], now, seller))).toBe(
        matrix.on_sale[type],
      )
  })

  const lives: readonly (readonly [State, string, string, boolean])[] = [
    ['draft', 'SellerSettled', 'draft', false],
    ['on_sale', 'SellerSettled ShowChanged', 'on_sale', true],
    ['closed', 'SellerSettled', 'closed', false],
    ['cancelled', 'SellerSettled', 'cancelled', false],
  ]
  test.each(lives)('blocked and let go again with a show that is %s', (state, facts, status, sells) => {
    const block = decideShow(states[state], commands.SettleSeller, now, blockedSeller)
    expect(describeDecision(block)).toBe(facts)
    expect(accepted(block).answer).toMatchObject({ status, blocked: true })
    const again = decideShow(accepted(block).answer, commands.SettleSeller, now, blockedSeller)
    expect(describeDecision(again)).toBe('')
    const lift = accepted(decideShow(accepted(block).answer, commands.SettleSeller, now, open))
    expect(lift.answer).toMatchObject({ status, blocked: false })
    const told = lift.facts.filter(({ type }) => type === 'ShowChanged')
    expect(told.map(({ data }) => 'onSale' in data && data.onSale)).toEqual(sells ? [true] : [])
  })

  test('who is blocked ends sales or changes the show: it stays shut, and lifting opens nothing closed', () => {
    const onSaleOf = (decision: ShowDecision) => {
      const told = accepted(decision).facts.at(-1)
      return told?.type === 'ShowChanged' && told.data.onSale
    }
    expect(onSaleOf(decideShow(states.blocked, commands.ChangeShow, now, blockedSeller))).toBe(false)
    const closed = accepted(decideShow(states.blocked, commands.CloseShow, now, blockedSeller)).answer
    const lifted = decideShow(closed, commands.SettleSeller, now, open)
    expect(describeDecision(lifted)).toBe('SellerSettled')
    expect(accepted(lifted).answer).toMatchObject({ status: 'closed', blocked: false })
  })
})
