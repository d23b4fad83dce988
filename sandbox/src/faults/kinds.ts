// The faults there are, by name: for the server and for the dashboard's page. Pure, imports
// nothing.

export const FAULT_KINDS = [
  'latency',
  'hang',
  'reset',
  'truncate',
  'rate_limit',
  'lock_timeout',
  'api_error',
  'bad_gateway',
  'in_use',
  'crash',
] as const
export const WEBHOOK_FAULTS = [
  'duplicate',
  'delay',
  'reorder',
  'drop',
  'wrong_signature',
  'stale_signature',
  'future_signature',
  'tamper_amount',
  'tamper_livemode',
  'other_account',
] as const

export type FaultKind = (typeof FAULT_KINDS)[number]
export type WebhookFault = (typeof WEBHOOK_FAULTS)[number]
