// Fills a store with captured payments through the real pipeline, without HTTP, so that "with
// 100,000 stored" takes no minutes.

import { join } from 'node:path'
import { API_VERSION } from '../src/api/events.ts'
import { makePipeline } from '../src/api/pipeline.ts'
import { makeEngine } from '../src/engine.ts'
import type { EdgeRequest } from '../src/http/request.ts'

const NEVER = new Promise<void>(() => undefined)
const AT_ONCE = 200

function edge(path: string, body: string): EdgeRequest {
  return {
    method: 'POST',
    path,
    query: '',
    headers: { authorization: 'Bearer sk_test_holdfast', 'idempotency-key': crypto.randomUUID() },
    body,
    fromPage: false,
    gone: NEVER,
  }
}

export async function preload(dataDir: string, payments: number, create: string): Promise<void> {
  const home = { url: '' }
  const engine = makeEngine({
    directory: join(dataDir, 'sandbox'),
    home,
    apiVersion: API_VERSION,
    log: console.error,
    mayCall: () => false,
    webhookTimeoutMs: 1000,
    webhookRetryMs: [],
  })
  const handle = makePipeline({ home, apiVersion: API_VERSION, named: () => engine })
  for (let done = 0; done < payments; done += AT_ONCE) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        const intent = JSON.parse(
          (await handle(edge('/v1/payment_intents', `${create}&metadata[order_id]=${crypto.randomUUID()}`)))
            .body,
        ) as { id: string }
        await handle(edge(`/v1/payment_intents/${intent.id}/capture`, ''))
      }),
    )
  }
  await engine.close()
}
