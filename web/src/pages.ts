// Which page answers which address: the only place where this is typed. The build hands it to the
// shop (`page-table.ts`). Each page is a piece of its own, loaded when it is asked for.
import { currentUserQuery, showQuery } from './api/queries.ts'
import type { PageEntry } from './navigation/pages.ts'
import { forOperators } from './ops/messages/language.ts'
import { forOrganisers } from './organiser/messages/language.ts'
import { forBuyers } from './pages/messages/language.ts'

export const pages = {
  '/': { load: () => import('./pages/shows.tsx').then((module) => module.ShowsPage) },
  '/shows/$showId': {
    load: () => import('./pages/show.tsx').then((module) => module.ShowPage),
    prepare(client, { showId = '' }) {
      void client.prefetchQuery(showQuery(showId))
      void client.prefetchQuery(currentUserQuery)
    },
  },
  '/checkout/$orderId': { load: () => import('./pages/checkout.tsx').then((module) => module.CheckoutPage) },
  '/orders': { load: () => import('./pages/orders.tsx').then((module) => module.OrdersPage) },
  '/orders/$orderId': {
    load: () => import('./pages/order.tsx').then((module) => forBuyers(module.OrderPage)),
  },
  '/orders/$orderId/receipt': {
    load: () => import('./pages/receipt.tsx').then((module) => forBuyers(module.ReceiptPage)),
  },
  '/sign-in': { load: () => import('./pages/sign-in.tsx').then((module) => module.SignInPage) },
  '/l': { load: () => import('./pages/link.tsx').then((module) => forBuyers(module.LinkPage)) },
  '/organiser': {
    load: () => import('./organiser/shows.tsx').then((module) => forOrganisers(module.OrganiserShowsPage)),
  },
  '/organiser/new': {
    load: () => import('./organiser/edit.tsx').then((module) => forOrganisers(module.NewShowPage)),
  },
  '/organiser/shows/$showId': {
    load: () => import('./organiser/show.tsx').then((module) => forOrganisers(module.OrganiserShowPage)),
  },
  '/organiser/shows/$showId/box-office': {
    load: () =>
      import('./organiser/box-office/page.tsx').then((module) => forOrganisers(module.BoxOfficePage)),
  },
  '/organiser/shows/$showId/edit': {
    load: () => import('./organiser/edit.tsx').then((module) => forOrganisers(module.EditShowPage)),
  },
  '/organiser/shows/$showId/codes': {
    load: () => import('./organiser/codes/page.tsx').then((module) => forOrganisers(module.CodesPage)),
  },
  '/organiser/shows/$showId/orders/$orderId': {
    load: () =>
      import('./organiser/orders/order.tsx').then((module) =>
        forOrganisers(forBuyers(module.OrganiserOrderPage)),
      ),
  },
  '/organiser/organisation': {
    load: () => import('./organiser/house/page.tsx').then((module) => forOrganisers(module.HousePage)),
  },
  '/organiser/webhooks': {
    load: () => import('./organiser/webhooks/page.tsx').then((module) => forOrganisers(module.WebhooksPage)),
  },
  '/door': { load: () => import('./pages/door.tsx').then((module) => forOrganisers(module.DoorPage)) },
  '/mailbox': { load: () => import('./mailbox/page.tsx').then((module) => forOperators(module.MailboxPage)) },
  '/ops': { load: () => import('./ops/page.tsx').then((module) => forOperators(module.OpsPage)) },
} as const satisfies Record<`/${string}`, PageEntry>

declare module './navigation/pages.ts' {
  interface Registered {
    readonly pages: typeof pages
  }
}
