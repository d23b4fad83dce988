// All routes of the API in one table, found by method and shape of the path in constant time.
import { accountRoutes } from './accounts.ts'
import { applicationFeeRoutes } from './application-fees.ts'
import { balanceRoutes } from './balance.ts'
import type { Route, RouteTable } from './call.ts'
import { chargeRoutes } from './charges.ts'
import { priceRoutes } from './checkout/prices.ts'
import { productRoutes } from './checkout/products.ts'
import { checkoutRoutes } from './checkout/sessions.ts'
import { customerRoutes } from './customers.ts'
import { disputeRoutes } from './disputes.ts'
import { eventRoutes } from './events.ts'
import { paymentIntentRoutes } from './payment-intents.ts'
import { paymentMethodRoutes } from './payment-methods.ts'
import { refundRoutes } from './refunds.ts'
import { setupIntentRoutes } from './setup-intents.ts'
import { tokenRoutes } from './tokens.ts'
import { transferRoutes } from './transfers.ts'
import { webhookEndpointRoutes } from './webhook-endpoints.ts'

export const ROUTES: RouteTable = {
  ...paymentIntentRoutes,
  ...chargeRoutes,
  ...refundRoutes,
  ...disputeRoutes,
  ...paymentMethodRoutes,
  ...tokenRoutes,
  ...eventRoutes,
  ...webhookEndpointRoutes,
  ...customerRoutes,
  ...setupIntentRoutes,
  ...balanceRoutes,
  ...transferRoutes,
  ...applicationFeeRoutes,
  ...accountRoutes,
  ...productRoutes,
  ...priceRoutes,
  ...checkoutRoutes,
}
const TABLE = new Map(Object.entries(ROUTES))
const GROUPS = new Set(['checkout', 'radar', 'test_helpers'])

export interface FoundRoute {
  route: Route
  id: string
  subId: string
}

export function findRoute(method: string, path: string): FoundRoute | undefined {
  const exact = TABLE.get(`${method} ${path}`)
  if (exact !== undefined) return { route: exact, id: '', subId: '' }
  const parts = path.slice(4).split('/')
  const grouped = GROUPS.has(parts[0] ?? '')
  const [collection = '', id = '', child, subId = ''] = grouped
    ? [`${parts[0]}/${parts[1]}`, ...parts.slice(2)]
    : parts
  if (id === '' || parts.length > (grouped ? 5 : 4)) return undefined
  const shape =
    child === undefined
      ? `/v1/${collection}/:id`
      : subId === ''
        ? `/v1/${collection}/:id/${child}`
        : `/v1/${collection}/:id/${child}/:sub`
  const found = TABLE.get(`${method} ${shape}`)
  return found === undefined ? undefined : { route: found, id: decodeURIComponent(id), subId }
}
