// How the handler runs the two aggregates of this service: what a batch loads, decides and saves.
import { type HandlerOptions, makeHandler } from '../platform/commands/handle.ts'
import type { Model } from '../platform/commands/model.ts'
import type { TicketCodes } from '../platform/secrets/tickets.ts'
import {
  type Admission,
  type AdmissionCommand,
  type AdmissionFact,
  type AdmissionRejection,
  type CheckedIn,
  decideAdmission,
} from './domain/admission.ts'
import type { DoorShow } from './domain/door.ts'
import { evolveAdmission } from './domain/evolve-admission.ts'
import { type Drafts, seatsIn } from './domain/quotas.ts'
import { type Seller, type SellersPolicy, unknownSeller } from './domain/seller.ts'
import {
  decideShow,
  evolveShow,
  type Show,
  type ShowCommand,
  type ShowFact,
  type ShowRejection,
} from './domain/show.ts'
import type { Seat } from './domain/show-content.ts'
import {
  type CodedTicket,
  findTickets,
  loadAdmissions,
  readSeats,
  saveAdmissions,
} from './store/admissions.ts'
import { findOrdersOf, loadDoorShows } from './store/doors.ts'
import { deleteDrafts, loadDrafts } from './store/drafts.ts'
import { saveShows } from './store/save-shows.ts'
import { loadSellers } from './store/sellers.ts'
import { loadShows } from './store/shows.ts'

interface ShowWorld {
  readonly shows: Map<string, Show>
  /** Of whom it matters now. */
  readonly sellers: ReadonlyMap<string, Seller>
  /** What sellers keep in drafts, where that is limited. */
  readonly kept: Map<string, Drafts>
  readonly deleted: Set<string>
  /** Shows to save, and those of them whose ticket types and seats are to be saved too. */
  readonly changed: Set<string>
  readonly rewritten: Set<string>
}

const showModelOf = (
  policy: SellersPolicy,
): Model<ShowCommand, ShowWorld, ShowFact, ShowRejection, Show> => ({
  service: 'tickets',
  async load(tx, commands) {
    const ids = commands.flatMap((command) => (command.type === 'DraftShow' ? [] : [command.showId]))
    const shows = await loadShows(tx, ids)
    // Of owners only: whoever asks for another's show leaves no row behind.
    const sellerIds = commands.flatMap((command) =>
      (command.type === 'PublishShow' || command.type === 'SettleSeller') &&
      shows.get(command.showId)?.organiserId === command.organiserId
        ? [command.organiserId]
        : [],
    )
    const limitedIds = commands.flatMap((command) =>
      (command.type === 'DraftShow' || command.type === 'ChangeShow') && command.limited
        ? [command.organiserId]
        : [],
    )
    return {
      shows,
      sellers: await loadSellers(tx, sellerIds),
      kept: await loadDrafts(tx, limitedIds),
      deleted: new Set(),
      changed: new Set(),
      rewritten: new Set(),
    }
  },
  decide: ({ shows, sellers, kept }, command, now) =>
    decideShow(shows.get(command.showId), command, now, {
      seller: sellers.get(command.organiserId) ?? unknownSeller,
      policy,
      kept: 'limited' in command && command.limited ? kept.get(command.organiserId) : undefined,
    }),
  apply(world, fact, now) {
    const id = 'showId' in fact.data ? fact.data.showId : fact.data.id
    const before = world.shows.get(id)
    const show = evolveShow(before, fact, now)
    if (show.status === 'draft') keep(world, before, show)
    world.shows.set(id, show)
    if (fact.type === 'DraftDeleted') {
      world.shows.delete(id)
      world.deleted.add(id)
    }
    world.changed.add(id)
    if (fact.type === 'ShowDrafted' || fact.type === 'ContentChanged') world.rewritten.add(id)
    return { subject: id, version: show.version, correlationId: id, organisationId: show.organiserId }
  },
  save({ shows, changed, rewritten, deleted }) {
    const pick = (ids: ReadonlySet<string>) => [...shows.values()].filter((show) => ids.has(show.id))
    return [...saveShows({ shows: pick(changed), content: pick(rewritten) }), ...deleteDrafts([...deleted])]
  },
})

/** The next command of the batch sees what this one keeps. */
function keep({ kept }: ShowWorld, before: Show | undefined, show: Show): void {
  const known = kept.get(show.organiserId)
  if (!known) return
  kept.set(show.organiserId, {
    drafts: known.drafts + (before ? 0 : 1),
    seats: known.seats + seatsIn(show) - (before ? seatsIn(before) : 0),
  })
}

interface AdmissionWorld {
  readonly admissions: Map<string, Admission>
  /** Orders that have a row already. */
  readonly known: ReadonlySet<string>
  readonly coded: ReadonlyMap<string, CodedTicket>
  readonly ticketIds: ReadonlyMap<string, string>
  readonly seats: ReadonlyMap<string, Seat>
  /** By ticket that is named by its id. */
  readonly ordersById: ReadonlyMap<string, string>
  readonly shows: ReadonlyMap<string, DoorShow>
  readonly changed: Set<string>
  readonly issued: Set<string>
}

function orderIdOf({ coded, ordersById }: AdmissionWorld, command: AdmissionCommand): string | undefined {
  if (command.type === 'CheckIn') return coded.get(command.code)?.orderId
  return command.type === 'UndoCheckIn' ? ordersById.get(command.ticketId) : command.orderId
}

const admissionModel = (
  codes: TicketCodes,
): Model<AdmissionCommand, AdmissionWorld, AdmissionFact, AdmissionRejection, CheckedIn | null> => ({
  service: 'tickets',
  async load(tx, commands) {
    const codes = commands.flatMap((command) => (command.type === 'CheckIn' ? [command.code] : []))
    const coded = await findTickets(tx, codes)
    const scannedIds = [...coded.values()].map(({ orderId }) => orderId)
    const undone = commands.flatMap((command) => (command.type === 'UndoCheckIn' ? [command.ticketId] : []))
    const ordersById = await findOrdersOf(tx, undone)
    const orderIds = commands.flatMap((command) => ('orderId' in command ? [command.orderId] : []))
    const seatIds = commands.flatMap((command) =>
      command.type === 'IssueTickets'
        ? command.places.flatMap(({ seatId }) => (seatId === undefined ? [] : [seatId]))
        : [],
    )
    const [admissions, seats] = await Promise.all([
      loadAdmissions(tx, [...new Set([...orderIds, ...scannedIds, ...ordersById.values()])]),
      readSeats(tx, seatIds),
    ])
    const scanned = [...scannedIds, ...ordersById.values()].flatMap((orderId) => {
      const admission = admissions.get(orderId)
      return admission && 'showId' in admission ? [admission.showId] : []
    })
    return {
      admissions,
      known: new Set(admissions.keys()),
      coded,
      ticketIds: new Map([...coded].map(([code, { id }]) => [code, id])),
      seats,
      ordersById,
      shows: await loadDoorShows(tx, [...new Set(scanned)]),
      changed: new Set(),
      issued: new Set(),
    }
  },
  decide(world, command, now) {
    const orderId = orderIdOf(world, command)
    const admission = orderId === undefined ? undefined : world.admissions.get(orderId)
    const { seats, shows, ticketIds } = world
    return decideAdmission(admission, command, { seats, shows, ticketIds, now })
  },
  apply(world, fact, now) {
    const { orderId } = fact.data
    const admission = evolveAdmission(world.admissions.get(orderId), fact, now)
    world.admissions.set(orderId, admission)
    world.changed.add(orderId)
    if (fact.type === 'TicketsIssued') world.issued.add(orderId)
    const show = 'showId' in admission ? world.shows.get(admission.showId) : undefined
    const { version } = admission
    return { subject: orderId, version, correlationId: orderId, organisationId: show?.organisationId }
  },
  save({ admissions, known, changed, issued }) {
    const touched = [...changed].flatMap((orderId) => admissions.get(orderId) ?? [])
    return saveAdmissions({
      inserted: touched.filter((admission) => !known.has(admission.orderId)),
      updated: touched.filter((admission) => known.has(admission.orderId)),
      issued,
      codes,
    })
  },
})

export type ShowHandler = ReturnType<typeof makeShowHandler>
export type AdmissionHandler = ReturnType<typeof makeAdmissionHandler>

export const makeShowHandler = (options: HandlerOptions, policy: SellersPolicy) =>
  makeHandler(showModelOf(policy), options)
export const makeAdmissionHandler = (options: HandlerOptions, codes: TicketCodes) =>
  makeHandler(admissionModel(codes), options)
