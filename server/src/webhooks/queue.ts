// The queue of each endpoint: what is sent now, and what came of it. Any number of processes may work on
// it. The row of the endpoint is locked while it is decided and never while something is sent; a lease
// brings back what a process that died has taken, and a fence keeps its late answer out.
import type { Database, InTransaction } from '../platform/postgres/database.ts'
import {
  type Answer,
  chooseDue,
  type Delivery,
  type DeliveryCommand,
  type DeliveryFact,
  type DeliveryRejection,
  decide,
  type Endpoint,
  enabled,
  evolveDelivery,
  evolveEndpoint,
} from './domain/delivery.ts'
import { fill, loadOpen, readDelivery, saveDelivery } from './store/deliveries.ts'
import { forgiveDeliveries, lockEndpoint, type StoredEndpoint, saveEndpoint } from './store/endpoints.ts'

/** A delivery for the process that has its lease. */
export interface Taken {
  readonly delivery: Delivery
  readonly endpoint: StoredEndpoint
}

export interface EndpointChange {
  readonly url?: string
  readonly events?: readonly string[]
  readonly state?: 'active' | 'disabled'
}

type Applied = { readonly delivery: Delivery; readonly facts: readonly DeliveryFact[] }
type Refused = { readonly rejection: DeliveryRejection }

async function apply(
  tx: InTransaction & { readonly now: string },
  { endpoint, delivery }: Taken,
  command: DeliveryCommand,
): Promise<Applied | Refused> {
  const facts = decide({ endpoint, delivery }, command, tx.now)
  if ('rejection' in facts) return facts
  const after = facts.reduce((each, fact) => evolveDelivery(each, fact, tx.now), delivery)
  const changed = facts.reduce<Endpoint>((each, fact) => evolveEndpoint(each, fact, tx.now), endpoint)
  await saveDelivery(tx, after, command.type === 'Record' ? command.answer : null)
  if (changed !== endpoint) await saveEndpoint(tx, { ...endpoint, ...changed })
  return { delivery: after, facts }
}

/** Takes what is to be sent to an endpoint now; nothing while another process looks at it. */
export function takeDue(db: Database, endpointId: string): Promise<Taken[]> {
  return db.transaction(async (tx) => {
    const endpoint = await lockEndpoint(tx, endpointId, true)
    if (!endpoint || endpoint.state === 'disabled') return []
    await fill(tx, endpoint, (await loadOpen(tx, endpointId)).length)
    const taken: Taken[] = []
    for (const delivery of chooseDue(endpoint, await loadOpen(tx, endpointId), tx.now)) {
      const outcome = await apply(tx, { endpoint, delivery }, { type: 'Take' })
      if ('delivery' in outcome) taken.push({ endpoint, delivery: outcome.delivery })
    }
    return taken
  })
}

/** The facts of an answer; none when the lease was lost, or all of it is gone. */
export function record(
  db: Database,
  { delivery, endpoint }: Taken,
  answer: Answer,
): Promise<readonly DeliveryFact[]> {
  return db.transaction(async (tx) => {
    const locked = await lockEndpoint(tx, endpoint.id)
    const current = locked && (await readDelivery(tx, endpoint.id, delivery.id))
    if (!locked || !current) return []
    const { fence } = delivery
    const outcome = await apply(
      tx,
      { endpoint: locked, delivery: current },
      { type: 'Record', fence, answer },
    )
    return 'facts' in outcome ? outcome.facts : []
  })
}

/** Sends a delivery once more, at once. Null: it is not there. */
export function replay(
  db: Database,
  { endpointId, deliveryId }: { readonly endpointId: string; readonly deliveryId: string },
): Promise<Applied | Refused | null> {
  return db.transaction(async (tx) => {
    const endpoint = await lockEndpoint(tx, endpointId)
    const delivery = endpoint && (await readDelivery(tx, endpointId, deliveryId))
    return endpoint && delivery ? apply(tx, { endpoint, delivery }, { type: 'Replay' }) : null
  })
}

/**
 * Changes an endpoint. One that is enabled, or gets another address, goes on where it stopped, at once.
 * Null: it is not there.
 */
export function changeEndpoint(
  db: Database,
  { id, organisationId }: { readonly id: string; readonly organisationId: string },
  { state, ...change }: EndpointChange,
): Promise<StoredEndpoint | null> {
  return db.transaction(async (tx) => {
    const endpoint = await lockEndpoint(tx, id)
    if (endpoint?.organisationId !== organisationId) return null
    const changed = { ...endpoint, ...change }
    const target = state ?? endpoint.state
    if (target === 'disabled') {
      const off = { state: target, disabledBecause: endpoint.disabledBecause ?? 'owner', retryAt: null }
      const disabled = { ...changed, ...off }
      await saveEndpoint(tx, disabled)
      return disabled
    }
    const begins = endpoint.state === 'disabled' || changed.url !== endpoint.url
    const active = begins ? { ...changed, ...enabled(changed) } : changed
    await saveEndpoint(tx, active)
    if (begins) await forgiveDeliveries(tx, id)
    return active
  })
}
