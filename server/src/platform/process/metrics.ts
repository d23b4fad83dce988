// Prometheus metrics of one process. Labels are few and bounded: never an id.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  readonly registry: Registry
  readonly httpDuration: Histogram<'route' | 'method' | 'status'>
  readonly httpRefused: Counter<'reason'>
  readonly eventLag: Histogram<'consumer'>
  readonly deliveriesFailed: Counter<'consumer' | 'outcome'>
  readonly processorCalls: Counter<'operation' | 'outcome'>
  readonly cardDeclines: Counter
  readonly looksLimited: Counter
  readonly webhooks: Counter<'outcome'>
  readonly liveListeners: Gauge<'stream'>
  readonly securityEvents: Counter<'event'>
  readonly mails: Counter<'kind' | 'outcome'>
  readonly webhookDeliveries: Counter<'outcome'>
}

const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function makeMetrics(options: { defaults: boolean } = { defaults: true }): Metrics {
  const registry = new Registry()
  const registers = [registry]
  if (options.defaults) collectDefaultMetrics({ register: registry })
  return {
    registry,
    httpDuration: new Histogram({
      name: 'holdfast_http_duration_seconds',
      help: 'Time to answer an HTTP request',
      labelNames: ['route', 'method', 'status'],
      buckets: durationBuckets,
      registers,
    }),
    httpRefused: new Counter({
      name: 'holdfast_http_refused_total',
      help: 'Requests refused before their route ran',
      labelNames: ['reason'],
      registers,
    }),
    eventLag: new Histogram({
      name: 'holdfast_event_lag_seconds',
      help: 'Time from a transaction to the end of the handling of the events that it told of',
      labelNames: ['consumer'],
      buckets: durationBuckets,
      registers,
    }),
    deliveriesFailed: new Counter({
      name: 'holdfast_deliveries_failed_total',
      help: 'Event deliveries that were put off or given up',
      labelNames: ['consumer', 'outcome'],
      registers,
    }),
    processorCalls: new Counter({
      name: 'holdfast_processor_calls_total',
      help: 'Calls to the card processor',
      labelNames: ['operation', 'outcome'],
      registers,
    }),
    cardDeclines: new Counter({
      name: 'holdfast_card_declines_total',
      help: 'Cards that were declined; many in a short time are somebody who tries stolen numbers',
      registers,
    }),
    looksLimited: new Counter({
      name: 'holdfast_payment_looks_limited_total',
      help: 'Looks at a payment that were answered from its row, because there were too many',
      registers,
    }),
    webhooks: new Counter({
      name: 'holdfast_webhooks_total',
      help: 'Webhooks received from the card processor',
      labelNames: ['outcome'],
      registers,
    }),
    liveListeners: new Gauge({
      name: 'holdfast_live_listeners',
      help: 'Open server-sent event streams',
      labelNames: ['stream'],
      registers,
    }),
    securityEvents: new Counter({
      name: 'holdfast_security_events_total',
      help: 'Entries of the security log',
      labelNames: ['event'],
      registers,
    }),
    mails: new Counter({
      name: 'holdfast_mails_total',
      help: 'Attempts to send a mail',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
    webhookDeliveries: new Counter({
      name: 'holdfast_webhook_deliveries_total',
      help: 'Attempts to deliver a webhook to its receiver',
      labelNames: ['outcome'],
      registers,
    }),
  }
}
