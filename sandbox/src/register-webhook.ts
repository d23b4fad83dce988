// Makes sure that an endpoint with a given address and secret exists, so that a shop can be wired
// without a call.
import { addEndpoint } from './api/webhook-endpoints.ts'
import type { Engine } from './engine.ts'

export interface WiredWebhook {
  url: string
  secret: string
  events?: string[]
}

const WIRED = 'from the configuration'

export async function registerWebhook(engine: Engine, wired: WiredWebhook): Promise<void> {
  const events = wired.events ?? ['*']
  await engine.perform((unit) => {
    const known = engine.store
      .query<{ id: string }>("select id from objects where kind = 'webhook_endpoint' and account = ''")
      .map(({ id }) => unit.find('webhook_endpoint', id))
      .find((endpoint) => endpoint?.description === WIRED)
    if (known === undefined) {
      addEndpoint(unit, { url: wired.url, secret: wired.secret, events, description: WIRED, metadata: {} })
      return
    }
    unit.put(
      'webhook_endpoint',
      { ...known, url: wired.url, enabled_events: events, status: 'enabled' },
      { hidden: { secrets: [{ value: wired.secret, until: null }] } },
    )
  })
  engine.forgetEndpoints()
}
