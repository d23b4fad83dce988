// What is counted and what is written of events that strangers can cause by thousands.
import { expect, test } from 'vitest'
import { makeLog } from './log.ts'
import { makeMetrics } from './metrics.ts'
import { makeSecurityLog } from './security-log.ts'

test('each is counted, and what repeats from one network is written once a minute', async () => {
  const lines: string[] = []
  const metrics = makeMetrics({ defaults: false })
  let nowMs = 0
  const log = makeLog('warn', { write: (line) => lines.push(line) })
  const security = makeSecurityLog({ log, metrics, clock: { elapsedMs: () => nowMs } })
  const refuse = (network: string) => security.note('webhook_refused', { network }, network)
  for (let time = 0; time < 1_000; time += 1) refuse('192.0.2.1')
  refuse('192.0.2.2')
  security.note('limit_hit', { limit: 'holds_network' }, '192.0.2.1')
  nowMs += 60_000
  refuse('192.0.2.1')
  expect(lines.map((line) => (JSON.parse(line) as { network?: string }).network)).toEqual([
    '192.0.2.1',
    '192.0.2.2',
    undefined,
    '192.0.2.1',
  ])
  const counts = await metrics.registry.getSingleMetricAsString('holdfast_security_events_total')
  expect(counts).toContain('{event="webhook_refused"} 1002')
})
