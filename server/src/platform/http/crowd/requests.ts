// How many requests are being answered, of each network and of all. Pure accounting.
import type { CrowdLimits } from './limits.ts'
import type { Refusal } from './shares.ts'

export interface RequestCounts {
  /** Why one more is not admitted, or null. */
  refusalOf(network: string | null, vital: boolean): Refusal | null
  enter(network: string | null): void
  leave(network: string | null): void
}

export function makeRequestCounts(limits: CrowdLimits['requests']): RequestCounts {
  let all = 0
  const ofNetwork = new Map<string, number>()
  const ordinary = limits.total - limits.reserved
  return {
    refusalOf(network, vital) {
      const own = network === null ? 0 : (ofNetwork.get(network) ?? 0)
      if (all >= (vital ? limits.total : ordinary)) return 'total'
      if (network === null) return null
      // Vital requests have room of their own here too: a network that fills its share with others
      // can still pay.
      const may = limits.perNetwork + (vital ? limits.perNetworkInReserve : 0)
      if (own >= may) return 'network'
      return all >= ordinary && own >= limits.perNetworkInReserve ? 'network' : null
    },
    enter(network) {
      all += 1
      if (network !== null) ofNetwork.set(network, (ofNetwork.get(network) ?? 0) + 1)
    },
    leave(network) {
      all -= 1
      if (network === null) return
      const left = (ofNetwork.get(network) ?? 1) - 1
      if (left > 0) ofNetwork.set(network, left)
      else ofNetwork.delete(network)
    },
  }
}
