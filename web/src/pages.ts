// Which page answers which address. Each page is a piece of its own, loaded when it is asked for.
import type { QueryClient } from '@tanstack/react-query'
import type { ComponentType } from 'react'
import { currentUserQuery, showQuery } from './api/queries.ts'
import type { Parameters } from './navigation/paths.ts'

export interface PageEntry {
  load(): Promise<ComponentType>
  /** Asks for what the page will show while its code is still on its way. */
  prepare?(client: QueryClient, params: Parameters): void
}

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
  '/orders/$orderId': { load: () => import('./pages/order.tsx').then((module) => module.OrderPage) },
  '/orders/$orderId/receipt': { load: () => import('./pages/receipt.tsx').then((module) => module.ReceiptPage) },
  '/sign-in': { load: () => import('./pages/sign-in.tsx').then((module) => module.SignInPage) },
  '/organiser': { load: () => import('./organiser/shows.tsx').then((module) => module.OrganiserShowsPage) },
  '/organiser/new': { load: () => import('./organiser/edit.tsx').then((module) => module.NewShowPage) },
  '/organiser/shows/$showId': { load: () => import('./organiser/show.tsx').then((module) => module.OrganiserShowPage) },
  '/organiser/shows/$showId/edit': { load: () => import('./organiser/edit.tsx').then((module) => module.EditShowPage) },
  '/organiser/shows/$showId/orders/$orderId': {
    load: () => import('./organiser/order.tsx').then((module) => module.OrganiserOrderPage),
  },
  '/door': { load: () => import('./pages/door.tsx').then((module) => module.DoorPage) },
  '/ops': { load: () => import('./ops/page.tsx').then((module) => module.OpsPage) },
} as const satisfies Record<`/${string}`, PageEntry>

export type PagePath = keyof typeof pages
