// Which page answers which address. Each page is a piece of its own, loaded when it is asked for.
import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { currentUserQuery, showQuery } from './api/queries.ts'
import { NotFoundPage, PageFailure } from './pages/failure.tsx'
import { Frame } from './parts/frame.tsx'

const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Frame,
  notFoundComponent: NotFoundPage,
  errorComponent: PageFailure,
})
const page = { getParentRoute: () => rootRoute } as const

const showsRoute = createRoute({
  ...page,
  path: '/',
  validateSearch: (search): { q?: string } => (typeof search.q === 'string' && search.q !== '' ? { q: search.q } : {}),
  component: lazyRouteComponent(() => import('./pages/shows.tsx'), 'ShowsPage'),
})
const showRoute = createRoute({
  ...page,
  path: '/shows/$showId',
  // Asked for while the page's own code is still on its way.
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(showQuery(params.showId))
    void context.queryClient.prefetchQuery(currentUserQuery)
  },
  component: lazyRouteComponent(() => import('./pages/show.tsx'), 'ShowPage'),
})
const checkoutRoute = createRoute({
  ...page,
  path: '/checkout/$orderId',
  component: lazyRouteComponent(() => import('./pages/checkout.tsx'), 'CheckoutPage'),
})
const ordersRoute = createRoute({
  ...page,
  path: '/orders',
  component: lazyRouteComponent(() => import('./pages/orders.tsx'), 'OrdersPage'),
})
const orderRoute = createRoute({
  ...page,
  path: '/orders/$orderId',
  component: lazyRouteComponent(() => import('./pages/order.tsx'), 'OrderPage'),
})
const receiptRoute = createRoute({
  ...page,
  path: '/orders/$orderId/receipt',
  component: lazyRouteComponent(() => import('./pages/receipt.tsx'), 'ReceiptPage'),
})
const signInRoute = createRoute({
  ...page,
  path: '/sign-in',
  validateSearch: (search): { to?: string } =>
    typeof search.to === 'string' && /^\/[^/\\]/.test(search.to) ? { to: search.to } : {},
  component: lazyRouteComponent(() => import('./pages/sign-in.tsx'), 'SignInPage'),
})
const organiserRoute = createRoute({
  ...page,
  path: '/organiser',
  component: lazyRouteComponent(() => import('./organiser/shows.tsx'), 'OrganiserShowsPage'),
})
const newShowRoute = createRoute({
  ...page,
  path: '/organiser/new',
  component: lazyRouteComponent(() => import('./organiser/edit.tsx'), 'NewShowPage'),
})
const organiserShowRoute = createRoute({
  ...page,
  path: '/organiser/shows/$showId',
  component: lazyRouteComponent(() => import('./organiser/show.tsx'), 'OrganiserShowPage'),
})
const editShowRoute = createRoute({
  ...page,
  path: '/organiser/shows/$showId/edit',
  component: lazyRouteComponent(() => import('./organiser/edit.tsx'), 'EditShowPage'),
})
const organiserOrderRoute = createRoute({
  ...page,
  path: '/organiser/shows/$showId/orders/$orderId',
  component: lazyRouteComponent(() => import('./organiser/order.tsx'), 'OrganiserOrderPage'),
})
const doorRoute = createRoute({
  ...page,
  path: '/door',
  component: lazyRouteComponent(() => import('./pages/door.tsx'), 'DoorPage'),
})

const routeTree = rootRoute.addChildren([
  showsRoute,
  showRoute,
  checkoutRoute,
  ordersRoute,
  orderRoute,
  receiptRoute,
  signInRoute,
  organiserRoute,
  newShowRoute,
  organiserShowRoute,
  editShowRoute,
  organiserOrderRoute,
  doorRoute,
])

export function makeAppRouter(queryClient: QueryClient) {
  return createRouter({ routeTree, context: { queryClient }, defaultPreload: 'intent', scrollRestoration: true })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeAppRouter>
  }
}
