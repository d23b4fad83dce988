// HTTP of the operator's list of limits: the contract's table, as it holds in this shop.
import { attemptLimits, holdLimits, type OpsLimit, OpsLimits, quotas } from '@holdfast/contract'
import type { Http } from '../../platform/http/server.ts'
import { readSwitch } from '../../platform/process/switches.ts'
import type { Platform } from '../../service.ts'

export function limitListRoutes(ops: Http, { config, db }: Pick<Platform, 'config' | 'db'>): void {
  ops.get(
    '/api/ops/limits',
    { schema: { tags: ['operation'], summary: 'List all limits', response: { 200: OpsLimits } } },
    async () => {
      const proxy = await readSwitch(db, 'unknown_proxy')
      const unknownProxySince = proxy?.isOn === true ? proxy.changedAt : null
      return { hold: config.rateLimits, unknownProxySince, items: listLimits() }
    },
  )
}

function listLimits(): OpsLimit[] {
  const attempts = Object.entries(attemptLimits).map(([name, { attempts: most, perSeconds }]) => ({
    name,
    most,
    perSeconds,
    shareOfShow: null,
  }))
  const { ofNetwork, ofBuyer, shareOfShow, blocks } = holdLimits
  const holds = blocks.map(({ ipv6Bits, times }) => ({
    name: `holds${ipv6Bits}`,
    most: ofNetwork * times,
    perSeconds: null,
    shareOfShow: shareOfShow * times,
  }))
  const buyer = { name: 'ticketsOfBuyer', most: ofBuyer, perSeconds: null, shareOfShow: null }
  const kept = Object.entries(quotas).map(([name, most]) => ({
    name,
    most,
    perSeconds: null,
    shareOfShow: null,
  }))
  return [...attempts, ...holds, buyer, ...kept]
}
