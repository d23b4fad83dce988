// What the shop tells everybody about itself.
import { type Static, Type } from 'typebox'

/** What a browser needs to know before it can take an address and a card. */
export const ShopConfig = Type.Object({
  processor: Type.Object({
    publishableKey: Type.String(),
    scriptUrl: Type.String({ description: 'the Stripe.js to load: the processor’s own, or the sandbox’s' }),
    sandbox: Type.Boolean(),
  }),
  sendsMail: Type.Boolean({
    description: 'whether mails reach buyers: by a mail server, or in local mode by the built-in mailbox',
  }),
})
export type ShopConfig = Static<typeof ShopConfig>
