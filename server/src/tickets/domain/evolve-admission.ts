// What the tickets of one order are after a fact. Pure.
import type { Admission, AdmissionFact, Ticket } from './admission.ts'

/** Private facts leave the version as it is: it counts what others can hear. */
export function evolveAdmission(
  admission: Admission | undefined,
  fact: AdmissionFact,
  now: string,
): Admission {
  const { orderId } = fact.data
  if (fact.type === 'SaleNoted') {
    const { showId, paymentId } = fact.data
    return { status: 'issued', orderId, version: admission?.version ?? 0, showId, paymentId, tickets: [] }
  }
  if (fact.type === 'EarlyRefundNoted') {
    const before = admission?.status === 'refunded_early' ? admission.refundedPaymentIds : []
    return {
      status: 'refunded_early',
      orderId,
      version: 0,
      refundedPaymentIds: [...before, fact.data.paymentId],
    }
  }
  // An order that was refunded before its tickets were made has none to give back.
  if (fact.type === 'TicketsReturned' && admission) return { ...admission, version: admission.version + 1 }
  if (!admission || admission.status === 'refunded_early')
    throw new Error(`${fact.type} of an order without a sale`)
  const version = admission.version + 1
  switch (fact.type) {
    case 'TicketsIssued':
      return {
        ...admission,
        version,
        tickets: fact.data.tickets.map((ticket) => ({ ...ticket, status: 'valid' })),
      }
    case 'TicketVoided': {
      const { ticketIds } = fact.data
      const tickets = admission.tickets.map((each) => (ticketIds.includes(each.id) ? voided(each) : each))
      const status = tickets.every((each) => each.status === 'void') ? 'void' : admission.status
      return { ...admission, version, status, tickets }
    }
    case 'TicketsReturned':
      return { ...admission, version }
    case 'TicketCheckedIn': {
      const { ticketId, door: usedDoor = null } = fact.data
      const tickets = admission.tickets.map(
        (ticket): Ticket =>
          ticket.id === ticketId ? { ...ticket, status: 'used', usedAt: now, usedDoor } : ticket,
      )
      return { ...admission, version, tickets }
    }
    case 'CheckInUndone':
      return {
        ...admission,
        version,
        tickets: admission.tickets.map((each) => (each.id === fact.data.ticketId ? unused(each) : each)),
      }
  }
}

function unused(ticket: Ticket): Ticket {
  const { id, unit, generation, keyVersion, ticketTypeId, name, admits, seat } = ticket
  const key = keyVersion === undefined ? {} : { keyVersion }
  const people = admits === undefined ? {} : { admits }
  const issued = { id, unit, generation, ...key, ticketTypeId, name, ...people, ...(seat ? { seat } : {}) }
  return { ...issued, status: 'valid' }
}

function voided(ticket: Ticket): Ticket {
  const { usedAt, usedDoor } = ticket.status === 'valid' ? { usedAt: null, usedDoor: null } : ticket
  return { ...ticket, status: 'void', usedAt, usedDoor }
}
