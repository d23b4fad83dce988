// Waits until a service has heard of what another one did: on a busy machine that may take longer
// than a request waits.
import { type Database, sql } from '../../src/platform/postgres/database.ts'
import { waitFor } from '../wait.ts'

const limitMs = 60_000
const knownShow = sql('', 'select 1 as known from orders.shows where id = $1')
const knownOrder = sql('', 'select 1 as known from payments.known_orders where id = $1')
const knownTicket = sql('', 'select 1 as known from mail.ticket_orders where ticket_id = $1')

/** Orders knows the show and sells it. */
export async function heardOfShow(db: Database, showId: string): Promise<void> {
  await waitFor(
    'orders to hear of the show',
    async () => (await db.query(knownShow, [showId])).length === 1,
    limitMs,
  )
}

/** Payments knows the order and can take its payment. */
export async function heardOfOrder(db: Database, orderId: string): Promise<void> {
  await waitFor(
    'payments to hear of the order',
    async () => (await db.query(knownOrder, [orderId])).length === 1,
    limitMs,
  )
}

/** Mail knows the ticket and can print it. */
export async function heardOfTicket(db: Database, ticketId: string): Promise<void> {
  await waitFor(
    'mail to hear of the ticket',
    async () => (await db.query(knownTicket, [ticketId])).length === 1,
    limitMs,
  )
}
