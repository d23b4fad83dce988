// Who hears which event, in the words of the services' own consumers.
import type { EventType } from '@holdfast/contract'
import { heard as expiration } from '../expiration/consumers.ts'
import { heard as mail } from '../mail/consumers.ts'
import { heard as orders } from '../orders/consumers.ts'
import { heard as payments } from '../payments/consumers.ts'
import { heard as tickets } from '../tickets/consumers.ts'
import { heard as webhooks } from '../webhooks/consumers.ts'

const heardBy: Readonly<Record<string, readonly EventType[]>> = {
  expiration,
  mail,
  orders,
  payments,
  tickets,
  webhooks,
}

export const subscriptions: readonly { readonly consumer: string; readonly type: EventType }[] =
  Object.entries(heardBy).flatMap(([consumer, types]) => types.map((type) => ({ consumer, type })))
