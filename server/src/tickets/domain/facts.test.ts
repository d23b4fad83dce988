// What facts say of a show and of an order's tickets, word by word, and what they make of them: no
// field more, none less.
import { describe, expect, test } from 'vitest'
import { type Admission, type AdmissionContext, type AdmissionFact, decideAdmission } from './admission.ts'
import { evolveAdmission } from './evolve-admission.ts'
import {
  decideShow,
  evolveShow,
  maySee,
  movedFrom,
  publishedAtOf,
  type Show,
  type ShowCommand,
} from './show.ts'
import type { ProposedContent } from './show-content.ts'

const drafted = '2031-01-01T00:00:00.000Z'
const published = '2031-01-02T00:00:00.000Z'
const now = '2031-01-03T00:00:00.000Z'
const to = { showId: 'show', organiserId: 'organiser' }
const open = { seller: { approved: false, blocked: false }, policy: 'open' } as const

const details = {
  title: 'A show',
  startsAt: '2031-05-01T18:00:00.000Z',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  venue: 'Hall',
  description: 'Loud',
  holdSeconds: 900,
  maxPerOrder: 10,
  maxPerBuyer: 4,
}
const proposal: ProposedContent = {
  ...details,
  ticketTypes: [
    { freshId: 'g', freshPoolId: 'g-pool', name: 'Standing', priceMinor: 4_500, stock: { capacity: 50 } },
  ],
}
const takes = [{ poolId: 'g-pool', count: 1 }]
const content = {
  ...details,
  evening: {},
  asks: {},
  ticketTypes: [{ id: 'g', name: 'Standing', priceMinor: 4_500, takes }],
  pools: [{ id: 'g-pool', name: null, capacity: 50, latch: false }],
}
const offered = {
  ticketTypes: [{ id: 'g', name: 'Standing', priceMinor: 4_500, takes }],
  pools: [{ id: 'g-pool', capacity: 50 }],
}
const { description: _description, ...heard } = details

function decideAll(
  show: Show | undefined,
  ...steps: readonly (readonly [at: string, command: ShowCommand])[]
): Show {
  const after = steps.reduce<Show | undefined>((before, [at, command]) => {
    const decision = decideShow(before, command, at, open)
    if ('rejection' in decision) throw new Error(decision.rejection)
    return decision.answer
  }, show)
  if (!after) throw new Error('no show')
  return after
}
const draft = decideAll(undefined, [drafted, { type: 'DraftShow', ...to, content: proposal }])
const onSale = decideAll(draft, [published, { type: 'PublishShow', ...to }])
const factsOf = (show: Show | undefined, command: ShowCommand) => {
  const decision = decideShow(show, command, now, open)
  return 'facts' in decision ? decision.facts : decision
}
const known = { id: 'show', organiserId: 'organiser' }
const kept = { ...known, blocked: false, announcedStart: null }

describe('a show', () => {
  test('is drafted with its content', () => {
    expect(factsOf(undefined, { type: 'DraftShow', ...to, content: proposal })).toEqual([
      { type: 'ShowDrafted', data: { ...to, content } },
    ])
    expect(draft).toEqual({ ...content, ...kept, version: 1, status: 'draft' })
  })
  test('is published as it stands, at that moment', () => {
    expect(factsOf(draft, { type: 'PublishShow', ...to })).toEqual([
      { type: 'ShowPublished', data: { ...known, ...heard, ...offered, onSale: true } },
    ])
    expect(onSale).toEqual({
      ...content,
      ...kept,
      version: 2,
      status: 'on_sale',
      publishedAt: published,
      announcedStart: content.startsAt,
    })
  })
  test('that is moved after it was published tells for when it was announced, until it is moved back', () => {
    const at = (startsAt: string): [string, ShowCommand] => {
      const ticketTypes = proposal.ticketTypes.map((type) => ({ ...type, ref: 'g' }))
      return [now, { type: 'ChangeShow', ...to, content: { ...proposal, startsAt, ticketTypes } }]
    }
    const [later, latest] = ['2031-05-02T18:00:00.000Z', '2031-06-01T18:00:00.000Z']
    expect(movedFrom(onSale)).toBeNull()
    expect(movedFrom(decideAll(draft, at(later)))).toBeNull()
    expect(movedFrom(decideAll(draft, at(later), [now, { type: 'PublishShow', ...to }]))).toBeNull()
    expect(movedFrom(decideAll(onSale, at(later)))).toBe(content.startsAt)
    expect(movedFrom(decideAll(onSale, at(later), at(latest)))).toBe(content.startsAt)
    expect(movedFrom(decideAll(onSale, at(later), at(details.startsAt)))).toBeNull()
    expect(movedFrom(decideAll(onSale, at(later), [now, { type: 'CancelShow', ...to }]))).toBe(
      content.startsAt,
    )
  })
  test('without a limit per buyer is announced without one', () => {
    for (const maxPerBuyer of [null, undefined]) {
      const facts = factsOf({ ...draft, maxPerBuyer } as Show, { type: 'PublishShow', ...to })
      expect(facts).toMatchObject([{ type: 'ShowPublished' }])
      expect(facts).not.toHaveProperty('0.data.maxPerBuyer')
    }
  })
  test('that changes says its new content, and the others what they need of it', () => {
    const types = [{ ...offered.ticketTypes[0], name: 'Floor' }]
    const next: ProposedContent = {
      ...proposal,
      venue: 'Barn',
      ticketTypes: [
        {
          ref: 'g',
          freshId: 'x',
          freshPoolId: 'x',
          name: 'Floor',
          priceMinor: 4_500,
          stock: { capacity: 50 },
        },
      ],
    }
    const changed = {
      type: 'ContentChanged',
      data: { showId: 'show', content: { ...content, venue: 'Barn', ticketTypes: types } },
    }
    const change = { type: 'ChangeShow', ...to, content: next } as const
    expect(factsOf(draft, change)).toEqual([changed])
    expect(factsOf(onSale, change)).toEqual([
      changed,
      {
        type: 'ShowChanged',
        data: {
          ...known,
          ...heard,
          venue: 'Barn',
          ...offered,
          ticketTypes: [{ ...offered.ticketTypes[0], name: 'Floor' }],
          onSale: true,
        },
      },
    ])
    const whole = { ...content, ...kept, venue: 'Barn', ticketTypes: types }
    expect(decideAll(draft, [now, change])).toEqual({ ...whole, version: 2, status: 'draft' })
    expect(decideAll(onSale, [now, change])).toEqual({
      ...whole,
      version: 3,
      status: 'on_sale',
      publishedAt: published,
      announcedStart: content.startsAt,
    })
  })
  test('that closes keeps the moment at which it was published', () => {
    expect(factsOf(onSale, { type: 'CloseShow', ...to })).toEqual([
      { type: 'SalesEnded', data: { showId: 'show' } },
      { type: 'ShowChanged', data: { ...known, ...heard, ...offered, onSale: false } },
    ])
    const closed = decideAll(onSale, [now, { type: 'CloseShow', ...to }])
    expect(closed).toEqual({ ...onSale, version: 3, status: 'closed' })
  })
  test('that is cancelled was published or never was', () => {
    const cancel = { type: 'CancelShow', ...to } as const
    expect(factsOf(draft, cancel)).toEqual([{ type: 'DraftCancelled', data: { showId: 'show' } }])
    expect(factsOf(onSale, cancel)).toEqual([{ type: 'ShowCancelled', data: { showId: 'show' } }])
    expect(decideAll(draft, [now, cancel])).toEqual({
      ...draft,
      version: 2,
      status: 'cancelled',
      publishedAt: null,
    })
    expect(decideAll(onSale, [now, cancel])).toEqual({ ...onSale, version: 3, status: 'cancelled' })
    expect([draft, onSale].map(publishedAtOf)).toEqual([null, published])
    expect([draft, onSale].map((show) => maySee(show, false))).toEqual([false, true])
  })
  test('that is heard to change before it is heard to be published counts as published then', () => {
    const data = { ...known, ...heard, ...offered, onSale: true }
    expect(evolveShow(draft, { type: 'ShowChanged', data }, now)).toMatchObject({
      status: 'on_sale',
      publishedAt: now,
    })
  })
  test('that was not drafted has no facts', () => {
    expect(() => evolveShow(undefined, { type: 'ShowCancelled', data: { showId: 'show' } }, now)).toThrow(
      'ShowCancelled of a show that was not drafted',
    )
  })
})

describe('tickets', () => {
  const doorShow = {
    id: 'show',
    organisationId: 'organiser',
    title: 'The show',
    startsAt: now,
    timeZone: 'UTC',
    cancelled: false,
  }
  const context: AdmissionContext = {
    ticketIds: new Map([['CODE1', 't1']]),
    seats: new Map(),
    shows: new Map([['show', doorShow]]),
    now,
  }
  const place = { ticketId: 't1', unit: 0, ticketTypeId: 'g', name: 'Standing' }
  const issue = {
    type: 'IssueTickets',
    orderId: 'order',
    showId: 'show',
    paymentId: 'payment',
    keyVersion: 'key',
    places: [place],
  } as const
  const made = { unit: 0, generation: 1, keyVersion: 'key' }
  const ticket = { id: 't1', ...made, ticketTypeId: 'g', name: 'Standing' }
  const sold = { orderId: 'order', showId: 'show', paymentId: 'payment' }
  const issued: Admission = {
    ...sold,
    status: 'issued',
    version: 1,
    tickets: [{ ...ticket, status: 'valid' }],
  }
  const refund = { type: 'VoidTickets', orderId: 'order', paymentId: 'payment', reason: 'refunded' } as const
  const scopes = [{ organisationId: 'organiser', showIds: null }]
  const checkIn = { type: 'CheckIn', code: 'CODE1', scopes, showIds: null, door: null } as const

  test('are issued for a sale', () => {
    expect(decideAdmission(undefined, issue, context)).toEqual({
      facts: [
        { type: 'SaleNoted', data: sold },
        { type: 'TicketsIssued', data: { orderId: 'order', showId: 'show', tickets: [ticket] } },
      ],
      answer: null,
    })
    const noted = evolveAdmission(undefined, { type: 'SaleNoted', data: sold }, now)
    expect(noted).toEqual({ ...sold, status: 'issued', version: 0, tickets: [] })
    expect(evolveAdmission({ ...issued, version: 5 }, { type: 'SaleNoted', data: sold }, now).version).toBe(5)
    const told: AdmissionFact = {
      type: 'TicketsIssued',
      data: { orderId: 'order', showId: 'show', tickets: [ticket] },
    }
    expect(evolveAdmission(noted, told, now)).toEqual(issued)
  })
  test('are void with their payment’s refund, and say why', () => {
    const voided: AdmissionFact = {
      type: 'TicketVoided',
      data: { orderId: 'order', ticketIds: ['t1'], reason: 'refunded' },
    }
    expect(decideAdmission(issued, refund, context)).toEqual({ facts: [voided], answer: null })
    expect(evolveAdmission(issued, voided, now)).toEqual({
      ...issued,
      version: 2,
      status: 'void',
      tickets: [{ ...ticket, status: 'void', usedAt: null, usedDoor: null }],
    })
  })
  test('of an order that is not heard of yet: each refund is remembered', () => {
    const noted = (paymentId: string) =>
      ({ type: 'EarlyRefundNoted', data: { orderId: 'order', paymentId } }) as const
    expect(decideAdmission(undefined, refund, context)).toEqual({ facts: [noted('payment')], answer: null })
    const first = evolveAdmission(undefined, noted('payment'), now)
    expect(first).toEqual({
      status: 'refunded_early',
      orderId: 'order',
      version: 0,
      refundedPaymentIds: ['payment'],
    })
    expect(evolveAdmission(first, noted('other'), now)).toMatchObject({
      refundedPaymentIds: ['payment', 'other'],
    })
    expect(decideAdmission(first, refund, context)).toEqual({ facts: [], answer: null })
    expect(() =>
      evolveAdmission(
        first,
        { type: 'TicketVoided', data: { orderId: 'order', ticketIds: [], reason: '' } },
        now,
      ),
    ).toThrow('TicketVoided of an order without a sale')
    const used = { type: 'TicketCheckedIn', data: { orderId: 'order', ticketId: 't1' } } as const
    expect(() => evolveAdmission(undefined, used, now)).toThrow('TicketCheckedIn of an order without a sale')
  })
  test('are used at a door that has a name or has none', () => {
    const used = (door: string | null) => {
      const decision = decideAdmission(issued, { ...checkIn, door }, context)
      if ('rejection' in decision) throw new Error(decision.rejection)
      const [fact] = decision.facts
      if (!fact) throw new Error('no fact')
      return { data: fact.data, answer: decision.answer, after: evolveAdmission(issued, fact, now) }
    }
    const letIn = { ticket: { ...ticket, status: 'valid' }, extras: [] }
    const answer = { ...letIn, orderId: 'order', showId: 'show', usedAt: now }
    const after = (usedDoor: string | null) => ({
      ...issued,
      version: 2,
      tickets: [{ ...ticket, status: 'used', usedAt: now, usedDoor }],
    })
    const data = { orderId: 'order', ticketId: 't1' }
    expect(used(null)).toEqual({ data, answer: { ...answer, door: null }, after: after(null) })
    expect(used('North')).toEqual({
      data: { ...data, door: 'North' },
      answer: { ...answer, door: 'North' },
      after: after('North'),
    })
    expect(decideAdmission(after(null) as Admission, checkIn, context)).toEqual({
      rejection: 'ticket_used',
      detail: `used at ${now}`,
    })
    expect(decideAdmission(after('East') as Admission, checkIn, context)).toEqual({
      rejection: 'ticket_used',
      detail: `used at ${now}, East`,
    })
  })
  test('of a show whose organiser is not known let nobody in', () => {
    expect(decideAdmission(issued, checkIn, { ...context, shows: new Map() })).toEqual({
      rejection: 'ticket_unknown',
    })
  })
})
