// How the handler writes the feeds: each event once, under a position that is counted here and not
// taken from a sequence. Whoever reads on from a position misses nothing, since no lower one can be
// committed later.
import type { Event } from '@holdfast/contract'
import { type Handler, type HandlerOptions, makeHandler } from '../platform/commands/handle.ts'
import { readProcessEvents } from '../platform/commands/outbox.ts'
import type { BatchTx, Queryable } from '../platform/postgres/database.ts'
import { lockPositions, saveFeed } from './store/feed.ts'
import type { Command, Entered, World } from './world.ts'

export type FeedHandler = Handler<Command, never, undefined>

/** Whose a process is, by the event that began it. */
function organisationOf(events: readonly Event[]): string | undefined {
  for (const event of events) {
    if (event.organisationId != null) return event.organisationId
    if (event.type === 'OrderCreated' || event.type === 'ShowPublished') return event.data.organiserId
  }
  return undefined
}

async function findOrganisations(db: Queryable, commands: readonly Command[]): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const unnamed = commands.flatMap(({ organisationId, correlationId }) =>
    organisationId == null ? [correlationId] : [],
  )
  for (const id of new Set(unnamed)) {
    const organisationId = organisationOf(await readProcessEvents(db, id))
    if (organisationId !== undefined) found.set(id, organisationId)
  }
  return found
}

const whoseIs = (organisations: World['organisations'], { organisationId, correlationId }: Command) =>
  organisationId ?? organisations.get(correlationId)

async function load(tx: BatchTx, commands: readonly Command[]): Promise<World> {
  const organisations = await findOrganisations(tx, commands)
  const ids = commands.flatMap((command) => whoseIs(organisations, command) ?? [])
  return { organisations, positions: await lockPositions(tx, [...new Set(ids)]), rows: [] }
}

function decide({ organisations, positions }: World, command: Command) {
  const organisationId = whoseIs(organisations, command)
  // Of an order of which nothing is left: it is nobody's any more.
  if (organisationId === undefined) return { facts: [], answer: undefined }
  const position = (positions.get(organisationId) ?? 0) + 1
  const data = { ...command.event, organisationId, position }
  return { facts: [{ type: 'Entered' as const, data }], answer: undefined }
}

function apply({ positions, rows }: World, { data }: Entered) {
  positions.set(data.organisationId, data.position)
  rows.push(data)
  return { subject: data.about, version: 1, correlationId: data.about }
}

export interface FeedOptions extends HandlerOptions {
  /** Told when there may be something to send. */
  readonly onEntered: () => void
}

export function makeFeedHandler({ onEntered, ...options }: FeedOptions): FeedHandler {
  return makeHandler<Command, World, Entered, never, undefined>(
    {
      service: 'webhooks',
      load,
      decide,
      apply,
      save: ({ rows, positions }) => saveFeed(rows, positions),
      committed: ({ rows }) => {
        if (rows.length > 0) onEntered()
      },
    },
    options,
  )
}
