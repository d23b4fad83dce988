// A consumer of foreign events: what a service says of it in one table, and the loop around it. The
// events of a delivery become own commands, decided in one transaction with their inbox rows.
import type { Event, EventOf, EventType } from '@holdfast/contract'
import { ack, type Subscription, type Verdict } from '../bus/bus.ts'
import type { Handler } from './handle.ts'

export interface ConsumerTable<Heard extends EventType, Command, Rejection extends string> {
  /** For ever: positions and inbox rows are kept under it. */
  readonly name: string
  readonly types: readonly Heard[]
  /**
   * What an event means here; nothing, when it means nothing. A foreign event never enters a
   * decision raw.
   */
  translate(event: EventOf<Heard>): readonly Command[]
  /**
   * Which rejections mean that the news before it may still be on its way. Every other one is
   * final.
   */
  notYet(rejection: Rejection): boolean
}

export interface ConsumerExtras extends Pick<Subscription, 'isUnhurried'> {
  /**
   * Told of the events of a delivery once they have taken effect, and before they count as handled.
   * May be told twice.
   */
  readonly afterwards?: (events: readonly Event[]) => Promise<void>
}

export function makeConsumer<Heard extends EventType, Command, Rejection extends string>(
  { name, types, translate, notYet }: ConsumerTable<Heard, Command, Rejection>,
  handler: Pick<Handler<Command, Rejection, unknown>, 'handleEvents'>,
  { afterwards, ...extras }: ConsumerExtras = {},
): Subscription {
  return {
    consumer: name,
    types,
    ...extras,
    async handle(events) {
      const translated = events.map((event) => ({
        eventId: event.id,
        subject: event.subject,
        organisationId: event.organisationId,
        // The bus gives what was subscribed to.
        commands: translate(event as EventOf<Heard>),
      }))
      const handled = await handler.handleEvents(name, translated, notYet)
      await afterwards?.(events)
      return handled.map((result): Verdict => (result.ok ? ack : { kind: 'retry', reason: result.rejection }))
    },
  }
}
