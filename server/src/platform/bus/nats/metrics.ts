// What operators see of the broker: there or not, how old is what waits for it, and what was
// carried by another way.
import { Counter, Gauge, type Registry } from 'prom-client'

export interface NatsMetrics {
  readonly connected: Gauge
  readonly backlog: Gauge
  /** When the oldest event that this process has to publish happened; null when none waits. */
  waitingSinceMs: number | null
  readonly republished: Counter
  readonly pulled: Counter
}

export function makeNatsMetrics(registry: Registry, nowMs: () => number): NatsMetrics {
  const registers = [registry]
  const metrics: NatsMetrics = {
    connected: new Gauge({
      name: 'holdfast_broker_connected',
      help: 'Whether the message broker is connected',
      registers,
    }),
    backlog: new Gauge({
      name: 'holdfast_relay_backlog_seconds',
      help: 'Age of the oldest event that waits to be published, in the process that publishes',
      registers,
      collect() {
        const { waitingSinceMs } = metrics
        this.set(waitingSinceMs === null ? 0 : Math.max(0, nowMs() - waitingSinceMs) / 1_000)
      },
    }),
    waitingSinceMs: null,
    republished: new Counter({
      name: 'holdfast_events_republished_total',
      help: 'Events that were published again after the stream had lost them',
      registers,
    }),
    pulled: new Counter({
      name: 'holdfast_events_pulled_total',
      help: 'Events that consumers read from the outbox because the stream did not bring them',
      registers,
    }),
  }
  return metrics
}
