// Every state of an order’s tickets against every command, cell by cell, and what disorder may not
// do to them. A state or a command without its cells does not compile.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Admission,
  type AdmissionCommand,
  type AdmissionContext,
  type AdmissionDecision,
  decideAdmission,
} from './admission.ts'
import { evolveAdmission } from './evolve-admission.ts'

const now = '2031-05-01T17:30:00.000Z'
const seat = { id: 'A11', section: 'A', row: '1', number: '1' }
const show = {
  id: 'show',
  organisationId: 'organiser',
  title: 'The show',
  startsAt: '2031-05-01T18:00:00.000Z',
  timeZone: 'Europe/Berlin',
  cancelled: false,
}
const here = { scopes: [{ organisationId: 'organiser', showIds: null }], showIds: null }
const elsewhere = { scopes: [{ organisationId: 'somebody', showIds: null }], showIds: null }
const context: AdmissionContext = {
  ticketIds: new Map([['CODE1', 't1']]),
  seats: new Map([['A11', seat]]),
  shows: new Map([['show', show]]),
  now,
}

const commands = {
  issue: {
    type: 'IssueTickets',
    orderId: 'order',
    showId: 'show',
    paymentId: 'payment',
    keyVersion: 'key',
    places: [
      { ticketId: 't1', unit: 0, ticketTypeId: 'g', name: 'Standing' },
      { ticketId: 't2', unit: 1, ticketTypeId: 's', name: 'Stalls', seatId: 'A11' },
    ],
  },
  void: { type: 'VoidTickets', orderId: 'order', paymentId: 'payment', reason: 'refunded' },
  'void for another payment': {
    type: 'VoidTickets',
    orderId: 'order',
    paymentId: 'other',
    reason: 'refunded',
  },
  return: { type: 'ReturnTickets', orderId: 'order', returnId: 'return', units: [0, 1], by: 'refund' },
  'return one': { type: 'ReturnTickets', orderId: 'order', returnId: 'return', units: [1], by: 'organiser' },
  'return both, by the buyer': {
    type: 'ReturnTickets',
    orderId: 'order',
    returnId: 'return',
    units: [0, 1],
    by: 'buyer',
  },
  'return the unused one, by the buyer': {
    type: 'ReturnTickets',
    orderId: 'order',
    returnId: 'return',
    units: [1],
    by: 'buyer',
  },
  'check in': { type: 'CheckIn', code: 'CODE1', ...here, door: 'North' },
  'check in elsewhere': { type: 'CheckIn', code: 'CODE1', ...elsewhere, door: null },
  'check in an unknown code': { type: 'CheckIn', code: 'CODE9', ...here, door: null },
  'check in at the door of another show': {
    type: 'CheckIn',
    code: 'CODE1',
    ...here,
    showIds: ['other'],
    door: null,
  },
  'undo a check-in': { type: 'UndoCheckIn', ticketId: 't1', scopes: here.scopes, reason: 'by mistake' },
  'undo a check-in elsewhere': {
    type: 'UndoCheckIn',
    ticketId: 't1',
    scopes: elsewhere.scopes,
    reason: 'by mistake',
  },
} as const satisfies Record<string, AdmissionCommand>
type Name = keyof typeof commands

function run(admission: Admission | undefined, command: AdmissionCommand): Admission | undefined {
  const decision = decideAdmission(admission, command, context)
  if ('rejection' in decision) return admission
  return decision.facts.reduce<Admission | undefined>(
    (before, fact) => evolveAdmission(before, fact, now),
    admission,
  )
}
const after = (...names: Name[]) =>
  names.reduce<Admission | undefined>((admission, name) => run(admission, commands[name]), undefined)

const states = {
  none: after(),
  issued: after('issue'),
  used: after('issue', 'check in'),
  void: after('issue', 'void'),
  'used and void': after('issue', 'check in', 'void'),
  tombstone: after('void'),
  'tombstone of another payment': after('void for another payment'),
}

/** Where each is to be found above and below. */
const namesOfTypes: Record<AdmissionCommand['type'], Name> = {
  IssueTickets: 'issue',
  VoidTickets: 'void',
  ReturnTickets: 'return',
  CheckIn: 'check in',
  UndoCheckIn: 'undo a check-in',
}
const namesOfStatuses: Record<Admission['status'], keyof typeof states> = {
  issued: 'issued',
  void: 'void',
  refunded_early: 'tombstone',
}

/** The facts, or the rejection after a bang; empty: accepted, and nothing happens. */
const matrix: Record<keyof typeof states, Record<Name, string>> = {
  none: {
    issue: 'SaleNoted TicketsIssued',
    void: 'EarlyRefundNoted',
    'void for another payment': 'EarlyRefundNoted',
    return: '!order_unknown',
    'return one': '!order_unknown',
    'return both, by the buyer': '!order_unknown',
    'return the unused one, by the buyer': '!order_unknown',
    'check in': '!ticket_unknown',
    'check in elsewhere': '!ticket_unknown',
    'check in an unknown code': '!ticket_unknown',
    'check in at the door of another show': '!ticket_unknown',
    'undo a check-in': '!ticket_unknown',
    'undo a check-in elsewhere': '!ticket_unknown',
  },
  issued: {
    issue: '',
    void: 'TicketVoided',
    'void for another payment': '',
    return: 'TicketVoided TicketsReturned',
    'return one': 'TicketVoided TicketsReturned',
    'return both, by the buyer': 'TicketVoided TicketsReturned',
    'return the unused one, by the buyer': 'TicketVoided TicketsReturned',
    'check in': 'TicketCheckedIn',
    'check in elsewhere': '!ticket_unknown',
    'check in an unknown code': '!ticket_unknown',
    'check in at the door of another show': '!wrong_show',
    'undo a check-in': '!ticket_not_used',
    'undo a check-in elsewhere': '!ticket_unknown',
  },
  used: {
    issue: '',
    void: 'TicketVoided',
    'void for another payment': '',
    return: 'TicketVoided TicketsReturned',
    'return one': 'TicketVoided TicketsReturned',
    'return both, by the buyer': 'ReturnRefused',
    'return the unused one, by the buyer': 'TicketVoided TicketsReturned',
    'check in': '!ticket_used',
    'check in elsewhere': '!ticket_unknown',
    'check in an unknown code': '!ticket_unknown',
    'check in at the door of another show': '!wrong_show',
    'undo a check-in': 'CheckInUndone',
    'undo a check-in elsewhere': '!ticket_unknown',
  },
  void: {
    issue: '',
    void: '',
    'void for another payment': '',
    return: 'TicketsReturned',
    'return one': 'TicketsReturned',
    'return both, by the buyer': 'TicketsReturned',
    'return the unused one, by the buyer': 'TicketsReturned',
    'check in': '!ticket_void',
    'check in elsewhere': '!ticket_unknown',
    'check in an unknown code': '!ticket_unknown',
    'check in at the door of another show': '!wrong_show',
    'undo a check-in': '!ticket_void',
    'undo a check-in elsewhere': '!ticket_unknown',
  },
  'used and void': {
    issue: '',
    void: '',
    'void for another payment': '',
    return: 'TicketsReturned',
    'return one': 'TicketsReturned',
    'return both, by the buyer': 'TicketsReturned',
    'return the unused one, by the buyer': 'TicketsReturned',
    'check in': '!ticket_void',
    'check in elsewhere': '!ticket_unknown',
    'check in an unknown code': '!ticket_unknown',
    'check in at the door of another show': '!wrong_show',
    'undo a check-in': '!ticket_void',
    'undo a check-in elsewhere': '!ticket_unknown',
  },
  tombstone: {
    issue: '',
    void: '',
    'void for another payment': 'EarlyRefundNoted',
    return: 'TicketsReturned',
    'return one': 'TicketsReturned',
    'return both, by the buyer': 'TicketsReturned',
    'return the unused one, by the buyer': 'TicketsReturned',
    'check in': '!ticket_unknown',
    'check in elsewhere': '!ticket_unknown',
    'check in an unknown code': '!ticket_unknown',
    'check in at the door of another show': '!ticket_unknown',
    'undo a check-in': '!ticket_unknown',
    'undo a check-in elsewhere': '!ticket_unknown',
  },
  'tombstone of another payment': {
    issue: 'SaleNoted TicketsIssued',
    void: 'EarlyRefundNoted',
    'void for another payment': '',
    return: 'TicketsReturned',
    'return one': 'TicketsReturned',
    'return both, by the buyer': 'TicketsReturned',
    'return the unused one, by the buyer': 'TicketsReturned',
    'check in': '!ticket_unknown',
    'check in elsewhere': '!ticket_unknown',
    'check in an unknown code': '!ticket_unknown',
    'check in at the door of another show': '!ticket_unknown',
    'undo a check-in': '!ticket_unknown',
    'undo a check-in elsewhere': '!ticket_unknown',
  },
}

test('no command and no state is without a name', () => {
  expect(Object.values(namesOfTypes).map((name) => commands[name].type)).toEqual(Object.keys(namesOfTypes))
  expect(Object.values(namesOfStatuses).map((name) => states[name]?.status)).toEqual(
    Object.keys(namesOfStatuses),
  )
})

const describeDecision = (decision: AdmissionDecision) =>
  'rejection' in decision ? `!${decision.rejection}` : decision.facts.map((fact) => fact.type).join(' ')

for (const [state, row] of Object.entries(matrix) as [keyof typeof states, Record<Name, string>][]) {
  describe(`tickets: ${state}`, () => {
    for (const [name, expected] of Object.entries(row) as [Name, string][]) {
      test(`${name} gives ${expected || 'nothing'}`, () => {
        expect(describeDecision(decideAdmission(states[state], commands[name], context))).toBe(expected)
      })
    }
  })
}

test('issued tickets carry their unit, what makes their code and the label of their seat', () => {
  const decision = decideAdmission(undefined, commands.issue, context)
  expect('facts' in decision && decision.facts.at(-1)?.data).toEqual({
    orderId: 'order',
    showId: 'show',
    tickets: [
      { id: 't1', unit: 0, generation: 1, keyVersion: 'key', ticketTypeId: 'g', name: 'Standing' },
      { id: 't2', unit: 1, generation: 1, keyVersion: 'key', ticketTypeId: 's', name: 'Stalls', seat },
    ],
  })
})

test('a seat that no show has is a fault of ours and is not passed over', () => {
  expect(() => decideAdmission(undefined, commands.issue, { ...context, seats: new Map() })).toThrow('A11')
})

test('a used ticket says when and where it was used', () => {
  expect(decideAdmission(states.used, commands['check in'], context)).toEqual({
    rejection: 'ticket_used',
    detail: `used at ${now}, North`,
  })
})

test('the door learns whom it let in', () => {
  const decision = decideAdmission(states.issued, commands['check in'], context)
  expect('answer' in decision && decision.answer).toMatchObject({
    orderId: 'order',
    showId: 'show',
    usedAt: now,
    door: 'North',
    ticket: { id: 't1', name: 'Standing' },
  })
})

test('letting one ticket in leaves the other one valid', () => {
  const admission = states.used
  expect(admission && 'tickets' in admission && admission.tickets.map((ticket) => ticket.status)).toEqual([
    'used',
    'valid',
  ])
})

test('a refund takes all tickets of the order, and remembers which were used, and where', () => {
  const admission = states['used and void']
  expect(admission && 'tickets' in admission && admission.tickets).toMatchObject([
    { status: 'void', usedAt: now, usedDoor: 'North' },
    { status: 'void', usedAt: null, usedDoor: null },
  ])
})

test('a return names the tickets of its units, also those that were void before, and leaves the others', () => {
  const decision = decideAdmission(states.used, commands['return one'], context)
  expect('facts' in decision && decision.facts.map(({ data }) => data)).toEqual([
    { orderId: 'order', ticketIds: ['t2'], reason: 'returned' },
    { orderId: 'order', returnId: 'return', ticketIds: ['t2'] },
  ])
  const one = run(states.used, commands['return one'])
  expect(one).toMatchObject({ status: 'issued', tickets: [{ status: 'used' }, { status: 'void' }] })
  expect(run(one, commands.return)).toMatchObject({
    status: 'void',
    tickets: [{ status: 'void' }, { status: 'void' }],
  })
  const again = decideAdmission(states.void, commands.return, context)
  expect('facts' in again && again.facts.map(({ data }) => data)).toEqual([
    { orderId: 'order', returnId: 'return', ticketIds: ['t1', 't2'] },
  ])
})

test('a return that the buyer may not have names the tickets that were used, and leaves all as they are', () => {
  const decision = decideAdmission(states.used, commands['return both, by the buyer'], context)
  expect('facts' in decision && decision.facts.map(({ data }) => data)).toEqual([
    { orderId: 'order', returnId: 'return', ticketIds: ['t1'], reason: 'ticket_used' },
  ])
  const after = run(states.used, commands['return both, by the buyer'])
  expect(after).toMatchObject({ status: 'issued', tickets: [{ status: 'used' }, { status: 'valid' }] })
})

test('an order that does not tell its payment loses its tickets with any refund', () => {
  const untold = run(undefined, { ...commands.issue, paymentId: null })
  expect(describeDecision(decideAdmission(untold, commands['void for another payment'], context))).toBe(
    'TicketVoided',
  )
  expect(
    describeDecision(
      decideAdmission(
        states['tombstone of another payment'],
        { ...commands.issue, paymentId: null },
        context,
      ),
    ),
  ).toBe('')
})

test('in whatever order and how often news arrive: the tickets stand unless their payment was refunded', () => {
  const news = fc.constantFrom<Name>('issue', 'void', 'void for another payment')
  fc.assert(
    fc.property(fc.array(news, { maxLength: 12 }), (names) => {
      const admission = after(...names)
      const valid =
        admission && 'tickets' in admission
          ? admission.tickets.filter((ticket) => ticket.status !== 'void').length
          : 0
      expect(valid).toBe(names.includes('issue') && !names.includes('void') ? 2 : 0)
    }),
    { numRuns: 500 },
  )
})

test('versions count what others hear', () => {
  expect(
    [states.issued, states.used, states['used and void'], states.tombstone].map(
      (admission) => admission?.version,
    ),
  ).toEqual([1, 2, 3, 0])
})
