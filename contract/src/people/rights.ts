// Who may do what for an organisation: the one table of roles and rights. Imports nothing but types, so
// that a page asks as the shop does.
import type { Role } from '../identity.ts'

/**
 * `settings`: members, tokens, devices, settings · `shows`: shows and codes · `money`: refunds, returns,
 * invoices · `orders`: look, resend, sell · `door`: check in · `look`: whoever belongs to it.
 */
export type Right = 'settings' | 'shows' | 'money' | 'orders' | 'door' | 'look'

export const rolesOf: Readonly<Record<Right, readonly Role[]>> = {
  settings: ['owner'],
  shows: ['owner', 'manager'],
  money: ['owner', 'manager', 'finance'],
  orders: ['owner', 'manager', 'finance', 'box_office'],
  door: ['owner', 'manager', 'box_office', 'door'],
  look: ['owner', 'manager', 'finance', 'box_office', 'door'],
}
