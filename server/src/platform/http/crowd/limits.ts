// How much of the shop one network and all of them together may take. The one table; the operator
// guide shows it.

import type { ShareLimits } from './shares.ts'
import type { SocketLimits } from './sockets.ts'

export interface CrowdLimits {
  /**
   * Open connections. Above the total, idle ones and streams of those with most are closed. As many
   * as a network may have it may open at once, and then so many a second.
   */
  readonly sockets: SocketLimits
  /** Requests whose body is on its way; sizes are bytes that have come. */
  readonly bodies: ShareLimits
  /** Server-sent event streams. The reserve is for the streams of orders. */
  readonly streams: ShareLimits
  /** Requests being answered. The reserve is for paying and what leads to it. */
  readonly requests: ShareLimits & {
    /** Requests of one network in the reserve. */
    readonly perNetworkInReserve: number
  }
}

const megabyte = 1024 * 1024

export const crowdLimits: CrowdLimits = {
  sockets: { total: 9_000, reserved: 0, perNetwork: 2_000, perSecond: 100 },
  bodies: { total: 32 * megabyte, reserved: 2 * megabyte, perNetwork: 200 },
  streams: { total: 6_000, reserved: 1_000, perNetwork: 1_000 },
  requests: { total: 3_000, reserved: 1_000, perNetwork: 1_000, perNetworkInReserve: 100 },
}
