// Who may do what: the one table of every route. Deny by default: a route that is not here fails
// the tests.

import { type Right, rolesOf } from '@holdfast/contract'
import { readPageTable } from '../../../web/page-table.ts'
import { showBody } from '../client.ts'
import type { Person, Things } from './stage.ts'

/**
 * Let in (whatever the business then says), sent to sign in, told that it is not for his kind, told
 * that his role does not allow it, or told that nothing is there.
 */
export type Verdict = 'in' | 401 | 403 | 'role' | 404
export type Who = Readonly<Record<Person, Verdict>>

export interface Access {
  /** For a thing of side A. For one of side B the same with the sides exchanged. */
  readonly who: Who
  /** What the path or the body names. Without it there is nothing to own. */
  readonly thing?: keyof Things
  /** Answers what is unknown like what is known: pages that ask only in the browser. */
  readonly unknownToo?: true
  /** The role is looked at before the thing. */
  readonly roleFirst?: true
  /** Of a route that asks for one, with its question mark. */
  readonly query?: string
  readonly body?: (things: Things) => unknown
}

const everybody: Who = {
  none: 'in',
  guest: 'in',
  buyerA: 'in',
  buyerB: 'in',
  organiserA: 'in',
  organiserB: 'in',
  revoked: 'in',
  operator: 'in',
  managerA: 'in',
  financeA: 'in',
  boxOfficeA: 'in',
  doorA: 'in',
  oneShowA: 'in',
  tokenA: 'in',
  deviceA: 'in',
}
/** A token or a device is nobody who could buy. */
const signedIn: Who = { ...everybody, none: 401, revoked: 401, tokenA: 403, deviceA: 403 }
/** Accounts, and what acts for an organisation. */
const sellers: Who = { ...signedIn, guest: 403, tokenA: 'in', deviceA: 'in' }
const users: Who = { ...signedIn, guest: 403 }
const nobody: Who = {
  ...signedIn,
  guest: 404,
  buyerA: 404,
  buyerB: 404,
  organiserA: 404,
  organiserB: 404,
  operator: 404,
  managerA: 404,
  financeA: 404,
  boxOfficeA: 404,
  doorA: 404,
  oneShowA: 404,
}
const buyer: Who = { ...nobody, buyerA: 'in' }
const roleOf = {
  organiserA: 'owner',
  managerA: 'manager',
  financeA: 'finance',
  boxOfficeA: 'box_office',
  doorA: 'door',
  tokenA: 'finance',
  deviceA: 'door',
} as const
/** Those whose role has the right are let in, the others of the house told so. Guests need an account. */
const staff = (right: Right): Who => ({
  ...nobody,
  guest: 403,
  ...Object.fromEntries(
    Object.entries(roleOf).map(([person, role]) => [person, rolesOf[right].includes(role) ? 'in' : 'role']),
  ),
})
/** The same, where guests are not told what is for accounts. */
const staffOrNobody = (right: Right): Who => ({ ...staff(right), guest: 404 })
/** Whoever of the house may not looks like anybody else. */
const buyerOrStaff = (right: Right): Who => ({
  ...buyer,
  ...Object.fromEntries(
    Object.entries(roleOf).map(([person, role]) => [person, rolesOf[right].includes(role) ? 'in' : 404]),
  ),
})

/** To all but operators there is no operator's API, signed in or not. */
export const operatorsOnly: Who = {
  ...nobody,
  none: 404,
  revoked: 404,
  tokenA: 404,
  deviceA: 404,
  operator: 'in',
}
export const operatorsPrefix = '/api/ops/'

const page = { who: everybody } as const
/** Who is there for one show only is told so, too: the organisation is no secret to them. */
const house: Who = { ...staff('settings'), oneShowA: 'role' }
const inside: Access = { who: house, thing: 'organisation' }
const forgedToken = `00000000.01900000-0000-7000-8000-000000000001.${'A'.repeat(43)}`
const unknownQuestion = '01900000-0000-7000-8000-000000000003'
const credentials = { email: 'nobody@example.com', password: 'not the one' }

/**
 * A page is there for everybody and asks in the browser for what it shows; only that of a show
 * brings it along.
 */
function accessOfPage(path: string): Access {
  if (path === '/shows/:showId') return { ...page, thing: 'show' }
  if (path.includes(':showId')) return { ...page, thing: 'show', unknownToo: true }
  return path.includes(':orderId') ? { ...page, thing: 'order', unknownToo: true } : page
}

// In the order in which those who may do them do: what ends a sale or a session comes last.
export const whoMay: Readonly<Record<string, Access>> = {
  'GET /healthz': page,
  'GET /readyz': page,
  'GET /metrics': page,
  'GET /openapi.json': page,
  'GET /docs': page,
  'GET /docs/json': page,
  'GET /docs/static/*': page,
  'GET /docs/yaml': page,
  'GET /docs/static/index.html': page,
  'GET /docs/static/swagger-initializer.js': page,
  'GET /*': page,
  'GET /assets/*': page,
  'GET /embed.js': page,
  'GET /sitemap.xml': page,
  ...Object.fromEntries(
    Object.keys(readPageTable()).flatMap((path) =>
      // A page is the same with a slash at the end of its address.
      (path === '/' ? [path] : [path, `${path}/`]).map((each) => [`GET ${each}`, accessOfPage(path)]),
    ),
  ),

  'GET /api/shop-config': { who: everybody },
  'GET /api/sales': { who: everybody },
  'GET /api/users/current': { who: everybody },
  'POST /api/users/signup': { who: everybody, body: () => ({ ...credentials, email: 'buyera@example.com' }) },
  'POST /api/users/signin': { who: everybody, body: () => credentials },
  'POST /api/users/password': {
    who: users,
    body: () => ({ currentPassword: 'not the one', newPassword: 'battery staple' }),
  },
  'POST /api/users/tokens': { who: users },
  'POST /api/users/links': {
    who: everybody,
    body: () => ({ email: 'nobody@example.com', purpose: 'my_tickets' }),
  },
  'POST /api/users/links/redeem': { who: everybody, body: () => ({ token: forgedToken }) },
  'POST /api/users/password/reset': {
    who: everybody,
    body: () => ({ token: forgedToken, password: 'battery staple' }),
  },

  'GET /api/sellers/current': { who: sellers },
  'GET /api/shows': { who: everybody },
  'POST /api/shows': { who: { ...users, deviceA: 'role', tokenA: 'role' }, body: () => showBody() },
  'GET /api/shows/:id': { who: everybody, thing: 'show' },
  'GET /api/shows/:id/availability': { who: everybody, thing: 'show' },
  'GET /api/shows/:id/availability/stream': { who: everybody, thing: 'show' },
  'POST /api/shows/:id/price': {
    who: everybody,
    thing: 'show',
    body: ({ ticketType }) => ({ lines: [{ ticketTypeId: ticketType, quantity: 1 }] }),
  },
  'GET /api/shows/:id/orders': { who: staff('orders'), thing: 'show' },
  'GET /api/shows/:id/orders/:orderId': { who: staff('orders'), thing: 'show' },
  'GET /api/shows/:id/attendees': { who: staff('orders'), thing: 'show' },
  'GET /api/shows/:id/tickets': { who: staff('door'), thing: 'show', query: '?q=ann' },
  'GET /api/shows/:id/sales': { who: staff('orders'), thing: 'show' },

  'GET /api/shows/:id/settlement': { who: staff('money'), thing: 'show' },
  'POST /api/shows/:id/sales': {
    who: staff('orders'),
    thing: 'show',
    body: ({ ticketType }) => ({ lines: [{ ticketTypeId: ticketType, quantity: 1 }], tender: 'cash' }),
  },
  'POST /api/shows/:id/codes/check': { who: everybody, thing: 'show', body: () => ({ code: 'open sesame' }) },
  'POST /api/shows/:id/codes': {
    who: staff('shows'),
    thing: 'show',
    body: () => ({ count: 1, percentBps: 1_000 }),
  },
  'GET /api/shows/:id/codes': { who: staff('shows'), thing: 'show' },
  'PATCH /api/shows/:id/codes/:codeId': {
    who: staff('shows'),
    thing: 'show',
    body: () => ({ ended: true }),
  },

  'GET /api/orders': { who: signedIn },
  'POST /api/orders': {
    who: signedIn,
    thing: 'show',
    body: ({ show, ticketType }) => ({ showId: show, lines: [{ ticketTypeId: ticketType, quantity: 1 }] }),
  },
  'GET /api/orders/:id': { who: buyer, thing: 'order' },
  'GET /api/orders/:id/stream': { who: buyer, thing: 'order' },
  'GET /api/orders/:id/timeline': { who: buyerOrStaff('orders'), thing: 'order' },
  'GET /api/orders/:id/returns': { who: buyerOrStaff('orders'), thing: 'order' },
  'GET /api/orders/:id/refunds': { who: staffOrNobody('orders'), thing: 'order' },
  'GET /api/orders/:id/units': { who: buyerOrStaff('orders'), thing: 'order' },
  'PATCH /api/orders/:id': {
    who: buyerOrStaff('orders'),
    thing: 'order',
    body: () => ({ answers: { [unknownQuestion]: 'not asked' } }),
  },
  'PATCH /api/orders/:id/units/:no': {
    who: buyerOrStaff('orders'),
    thing: 'order',
    body: () => ({ holderName: 'Ann Smith' }),
  },
  'DELETE /api/orders/:id': { who: buyerOrStaff('orders'), thing: 'order' },

  'POST /api/orders/:id/reserve': {
    who: staff('orders'),
    thing: 'order',
    body: () => ({ until: '2020-01-01T00:00:00Z' }),
  },
  'POST /api/orders/:id/payments/elsewhere': { who: staff('orders'), thing: 'order', body: () => ({}) },
  'POST /api/payments': {
    who: buyer,
    thing: 'order',
    body: ({ order }) => ({ orderId: order, paymentMethod: 'pm_card_visa' }),
  },
  'POST /api/payments/:id/advance': { who: buyer, thing: 'payment' },
  'POST /api/payments/webhooks/stripe': { who: everybody, body: () => ({ id: 'evt_forged' }) },

  'POST /api/tickets/check-in': {
    // Everybody has a door of their own; only a token has none.
    who: { ...staff('door'), financeA: 404, oneShowA: 'in' },
    roleFirst: true,
    thing: 'ticketCode',
    body: ({ ticketCode }) => ({ code: ticketCode }),
  },
  'POST /api/tickets/check-in/undo': {
    who: { ...staff('door'), financeA: 404 },
    roleFirst: true,
    thing: 'ticket',
    body: ({ ticket }) => ({ ticketId: ticket, reason: 'scanned by mistake' }),
  },
  'POST /api/orders/:id/refunds': {
    who: staffOrNobody('money'),
    thing: 'order',
    body: () => ({ amountMinor: 100 }),
  },

  // The stage is a local shop: the mailbox is open. Elsewhere it is for operators.
  'GET /api/mailbox': { who: everybody },
  'GET /api/mailbox/:id/attachments/:name': { who: everybody },
  'GET /api/mailbox/:id/message.html': { who: everybody },
  'GET /api/mailbox/:id/source.eml': { who: everybody },
  'GET /api/mailbox/faults': { who: everybody },
  'POST /api/mailbox/faults': { who: everybody, body: () => ({ kind: 'refuse', times: 0 }) },
  // Those who sell it print it at the counter.
  'GET /api/orders/:id/tickets.pdf': { who: buyerOrStaff('orders'), thing: 'order' },
  'GET /api/orders/:id/receipt.pdf': { who: buyer, thing: 'order' },
  'GET /api/orders/:id/calendar.ics': { who: buyer, thing: 'order' },
  'PATCH /api/tickets/:id': {
    who: buyerOrStaff('orders'),
    thing: 'ticket',
    body: () => ({ holderName: 'Ann Smith' }),
  },
  'GET /api/tickets/:id/ticket.pdf': { who: buyer, thing: 'ticket' },
  'GET /api/orders/:id/mails': { who: staffOrNobody('orders'), thing: 'order' },
  'POST /api/orders/:id/mails': { who: staffOrNobody('orders'), thing: 'order' },
  // Afterwards its ticket is void.
  'POST /api/orders/:id/returns': {
    who: { ...staffOrNobody('money'), buyerA: 'in' },
    thing: 'order',
    body: ({ ticket }) => ({ ticketIds: [ticket] }),
  },

  'PUT /api/shows/:id': { who: staff('shows'), thing: 'show', body: () => showBody() },
  'POST /api/shows/:id/publish': { who: staff('shows'), thing: 'show' },
  'POST /api/shows/:id/copies': {
    who: staff('shows'),
    thing: 'show',
    body: () => ({ startsAt: '2031-06-01T18:00:00.000Z' }),
  },
  'POST /api/shows/:id/close': { who: staff('shows'), thing: 'show' },
  'POST /api/shows/:id/cancel': { who: staff('shows'), thing: 'show' },

  'DELETE /api/shows/:id': { who: staff('shows'), thing: 'show' },

  'GET /api/organisations': { who: sellers },
  'POST /api/organisations': { who: users, body: () => ({ name: 'Another house' }) },
  'PATCH /api/organisations/:id': {
    who: house,
    thing: 'organisation',
    body: () => ({ name: 'The house' }),
  },
  'GET /api/organisations/:id/members': { who: house, thing: 'organisation' },
  'GET /api/organisations/:id/invitations': { who: house, thing: 'organisation' },
  'POST /api/organisations/:id/invitations': {
    who: house,
    thing: 'organisation',
    body: () => ({ email: 'somebody@example.com', role: 'door' }),
  },
  'GET /api/organisations/:id/tokens': { who: house, thing: 'organisation' },
  'POST /api/organisations/:id/tokens': {
    who: house,
    thing: 'organisation',
    body: () => ({ name: 'Program', role: 'door' }),
  },
  'GET /api/organisations/:id/devices': { who: house, thing: 'organisation' },
  'POST /api/organisations/:id/devices': {
    who: house,
    thing: 'organisation',
    body: ({ show }) => ({ name: 'Gate', showIds: [show], endsAt: '2999-01-01T00:00:00Z' }),
  },
  'GET /api/organisations/:id/events': {
    who: { ...staff('money'), oneShowA: 'role' },
    thing: 'organisation',
  },
  'GET /api/organisations/:id/webhooks': { who: house, thing: 'organisation' },
  'POST /api/organisations/:id/webhooks': {
    who: house,
    thing: 'organisation',
    body: () => ({ url: 'https://example.com/hooks', events: ['*'] }),
  },
  'GET /api/organisations/:id/webhooks/:webhookId/deliveries': inside,
  'PATCH /api/organisations/:id/webhooks/:webhookId': { ...inside, body: () => ({ state: 'active' }) },
  'POST /api/organisations/:id/webhooks/:webhookId/secret': inside,
  'DELETE /api/organisations/:id/webhooks/:webhookId': inside,
  'POST /api/organisations/:id/deliveries/:deliveryId/replay': inside,
  'DELETE /api/organisations/:id/invitations/:invitationId': inside,
  'DELETE /api/organisations/:id/tokens/:tokenId': inside,
  'DELETE /api/organisations/:id/devices/:deviceId': inside,
  'PATCH /api/organisations/:id/members/:userId': { ...inside, body: () => ({ role: 'door' }) },
  'DELETE /api/organisations/:id/members/:userId': inside,
  'POST /api/invitations/redeem': { who: users, body: () => ({ token: forgedToken }) },
  'POST /api/devices/pair': { who: everybody, body: () => ({ code: '0000-0000' }) },
  'GET /api/devices/current': { who: everybody },

  'POST /api/users/guest': { who: everybody, body: () => ({ email: 'nobody@example.com' }) },
  'POST /api/users/signout': { who: everybody },
}
