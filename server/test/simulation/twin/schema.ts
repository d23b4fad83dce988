// The tables as the migrations make them: columns, keys, and what the database refuses. The
// contract suite compares them with the real ones.

export type Value = unknown
export type Row = Record<string, Value>

type ColumnType = 'uuid' | 'text' | 'int' | 'bool' | 'time' | 'date' | 'json' | 'uuids' | 'bytes'

interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly required: boolean
  readonly fallback: Value
}

export interface TableDefinition {
  readonly name: string
  readonly columns: readonly Column[]
  readonly key: readonly string[]
  /** Other unique constraints: what a row is known by there, or null when it is not in it. */
  readonly uniques: Readonly<Record<string, (row: Row) => string | null>>
  readonly checks: readonly ((row: Row) => boolean)[]
  readonly references: readonly { readonly column: string; readonly table: string }[]
  /** A column that counts up by itself. */
  readonly sequence?: string
  /**
   * A number that is set once, and of which the greatest is kept: who looks for more than that
   * finds nothing.
   */
  readonly bounded?: string
}

interface Rules {
  readonly key: string
  readonly uniques?: TableDefinition['uniques']
  readonly checks?: readonly ((row: Row) => boolean)[]
  readonly references?: Readonly<Record<string, string>>
  readonly sequence?: string
  readonly bounded?: string
}

const fallbacks: Record<string, Value> = {
  now: 'now',
  zero: 0,
  lowest: Number.MIN_SAFE_INTEGER,
  one: 1,
  yes: true,
  no: false,
  available: 'available',
  none: [],
}

/**
 * `columns`: `name type`, with `!` when it may not be null and `=word` for what stands there when
 * nothing is given.
 */
function table(name: string, columns: string, rules: Rules): TableDefinition {
  return {
    name,
    columns: columns
      .trim()
      .split(/\s*,\s*/)
      .map((text): Column => {
        const [column = '', type = '', fallback] = text.split(/[\s=]+/)
        const known = fallback === undefined ? null : fallbacks[fallback]
        return {
          name: column,
          type: type.replace('!', '') as ColumnType,
          required: type.endsWith('!'),
          fallback: known,
        }
      }),
    key: rules.key.split(' '),
    uniques: rules.uniques ?? {},
    checks: rules.checks ?? [],
    references: Object.entries(rules.references ?? {}).map(([column, target]) => ({ column, table: target })),
    ...(rules.sequence === undefined ? {} : { sequence: rules.sequence }),
    ...(rules.bounded === undefined ? {} : { bounded: rules.bounded }),
  }
}

const oneOf = (column: string, words: string) => {
  const known = new Set(words.split(' '))
  return (row: Row) => row[column] === null || known.has(row[column] as string)
}
const atLeast = (column: string, least: number) => (row: Row) =>
  row[column] === null || (row[column] as number) >= least
const number = (value: Value) => value as number

const platform = [
  table(
    'platform.outbox',
    `seq int!, settled_xid int!, id uuid!, type text!, source text!, subject uuid!, version int!, occurred_at time!,
     causation_id text, correlation_id text!, organisation_id uuid, data json!`,
    { key: 'seq', sequence: 'seq', bounded: 'settled_xid', checks: [atLeast('version', 1)] },
  ),
  table(
    'platform.cursors',
    'consumer text!, window_from int! =lowest, window_to int, after_seq int! =zero, updated_at time! =now, heard json, began_at time! =now, passed_over_at time',
    { key: 'consumer' },
  ),
  table('platform.inbox', 'consumer text!, event_id uuid!, handled_at time! =now', {
    key: 'consumer event_id',
  }),
  table(
    'platform.parked_deliveries',
    `consumer text!, seq int!, subject uuid!, attempts int!, due_at time!, reason text!, dead bool! =no,
     parked_at time! =now`,
    { key: 'consumer seq' },
  ),
  table(
    'platform.idempotency_keys',
    'scope text!, key text!, fingerprint text!, answer json, created_at time! =now',
    {
      key: 'scope key',
    },
  ),
  table(
    'platform.particulars',
    `order_id uuid!, unit int, show_id uuid!, holder_name text, holder_email text, search_text text, answers json!,
     changed_at time! =now`,
    { key: 'order_id unit' },
  ),
  table(
    'platform.sessions',
    'token_hash bytes!, principal_id uuid!, kind text!, email text!, purpose text!, language text, created_at time! =now, expires_at time!, proved uuids! =none, orders uuids! =none',
    { key: 'token_hash', checks: [oneOf('kind', 'user guest'), oneOf('purpose', 'session api_token')] },
  ),
]

const orders = [
  table(
    'orders.shows',
    `id uuid!, version int!, organiser_id uuid!, title text!, currency text!, hold_seconds int!, max_per_order int!, max_per_buyer int,
     status text!, ticket_types json!, sales_end_at time, asks json, starts_at time`,
    { key: 'id', checks: [oneOf('status', 'on_sale closed cancelled'), atLeast('max_per_buyer', 1)] },
  ),
  table(
    'orders.pools',
    'id uuid!, show_id uuid!, capacity int!, held int! =zero, sold int! =zero, latch bool! =no, closed bool! =no',
    {
      key: 'id',
      references: { show_id: 'orders.shows' },
      checks: [
        atLeast('held', 0),
        atLeast('sold', 0),
        (row) => number(row['held']) + number(row['sold']) <= number(row['capacity']),
        (row) => row['closed'] !== true || row['latch'] === true,
      ],
    },
  ),
  table(
    'orders.seats',
    'id uuid!, show_id uuid!, ticket_type_id uuid!, state text! =available, order_id uuid',
    {
      key: 'id',
      references: { show_id: 'orders.shows' },
      checks: [
        oneOf('state', 'available held sold'),
        (row) => (row['state'] === 'available') === (row['order_id'] === null),
      ],
    },
  ),
  table('orders.ticket_units', 'ticket_id uuid!, order_id uuid!, unit int!', { key: 'ticket_id' }),
  table(
    'orders.codes',
    'id uuid!, show_id uuid!, word text!, terms json!, ended bool! =no, created_at time! =now',
    {
      key: 'id',
      uniques: { codes_show_id_word_key: (row) => [row['show_id'], row['word']].join('\n') },
    },
  ),
  table('orders.code_pools', 'id uuid!, uses int!, held int! =zero, used int! =zero', {
    key: 'id',
    references: { id: 'orders.codes' },
    checks: [
      atLeast('held', 0),
      atLeast('used', 0),
      (row) => number(row['held']) + number(row['used']) <= number(row['uses']),
    ],
  }),
  table(
    'orders.orders',
    `id uuid!, version int!, status text!, buyer_id uuid!, buyer_email text, buyer_name text, show_id uuid!, lines json!, total_minor int!, due_minor int,
     channel text!, kind text!, sold_by uuid, tender text, tender_reason text, tendered_by uuid,
     currency text!, created_at time!, expires_at time!, extended bool! =no, hold_seconds int!, payment_id uuid,
     payment_under_way uuid, refunded_minor int! =zero, return_id uuid, cancel_reason text, known_tickets json, places int,
     code_id uuid, code_uses int`,
    {
      key: 'id',
      checks: [
        oneOf('status', 'created claimed complete cancelled refunded'),
        atLeast('total_minor', 0),
        (row) => row['status'] !== 'claimed' || row['payment_id'] !== null,
        (row) => (row['status'] === 'cancelled') === (row['cancel_reason'] !== null),
      ],
    },
  ),
]

const expiration = [
  table(
    'expiration.timers',
    'order_id uuid!, status text!, expires_at time, order_version int!, version int!',
    {
      key: 'order_id',
      checks: [
        oneOf('status', 'waiting stopped fired'),
        (row) => row['status'] === 'stopped' || row['expires_at'] !== null,
      ],
    },
  ),
]

const payments = [
  table(
    'payments.known_orders',
    `id uuid!, version int!, status text!, buyer_id uuid, organiser_id uuid, amount_minor int, currency text,
     expires_at time, claimed_by uuid, show_id uuid, buyer_email text`,
    {
      key: 'id',
      checks: [
        atLeast('version', 1),
        oneOf('status', 'created claimed complete cancelled'),
        atLeast('amount_minor', 0),
      ],
    },
  ),
  table(
    'payments.payments',
    `id uuid!, order_id uuid!, buyer_id uuid!, organiser_id uuid!, amount_minor int!, currency text!, payment_method text!,
     tender text, status text!, step text, intent_id text, intent_status text, charge_id text, claim text, asked_version int,
     authorized_minor int! =zero, captured_minor int! =zero, refunded_minor int! =zero, decline_code text, reason text,
     capture_refused bool! =no, disputed bool! =no, version int!, fence int!, leased_until time, attempts int! =zero,
     next_attempt_at time, open bool!, created_at time!, updated_at time! =now`,
    {
      key: 'id',
      uniques: { payments_by_intent: (row) => row['intent_id'] as string | null },
      checks: [
        oneOf('status', 'started requires_action authorized captured voided declined refunded unknown'),
        oneOf('claim', 'won lost'),
        atLeast('amount_minor', 1),
        atLeast('authorized_minor', 0),
        (row) => number(row['authorized_minor']) <= number(row['amount_minor']),
        atLeast('captured_minor', 0),
        atLeast('refunded_minor', 0),
        (row) => number(row['refunded_minor']) <= number(row['captured_minor']),
      ],
    },
  ),
  table(
    'payments.refunds',
    `id uuid!, payment_id uuid!, order_id uuid!, amount_minor int!, currency text!, origin text!, reason text, status text!,
     processor_id text, failure_code text, created_at time!, updated_at time! =now`,
    {
      key: 'id',
      uniques: { refunds_processor_id_key: (row) => row['processor_id'] as string | null },
      references: { payment_id: 'payments.payments' },
      checks: [
        atLeast('amount_minor', 1),
        oneOf('origin', 'organiser late_money processor'),
        oneOf('status', 'requested pending succeeded failed unknown'),
      ],
    },
  ),
  table(
    'payments.ledger_entries',
    `id int!, source_id uuid!, kind text!, payment_id uuid!, order_id uuid!, debit_account text!, credit_account text!,
     currency text!, posted_minor int!, pending_minor int!, effective_at time!, inserted_at time! =now`,
    {
      key: 'id',
      sequence: 'id',
      uniques: {
        ledger_entries_source_id_kind_key: (row) => `${row['source_id']} ${row['kind']}`,
        ledger_one_kept_charge: (row) =>
          row['kind'] === 'capture' || row['kind'] === 'claim' ? (row['order_id'] as string) : null,
      },
      checks: [
        (row) => row['credit_account'] !== row['debit_account'],
        atLeast('posted_minor', 0),
        (row) => row['posted_minor'] !== 0 || row['pending_minor'] !== 0,
      ],
    },
  ),
  table(
    'payments.webhook_events',
    'id text!, type text!, payment_id uuid, outcome text!, received_at time! =now',
    { key: 'id' },
  ),
]

const tickets = [
  table(
    'tickets.sellers',
    'id uuid!, approved bool! =no, blocked bool! =no, asked_at time, reason text, changed_at time! =now',
    { key: 'id' },
  ),
  table(
    'tickets.shows',
    `id uuid!, organiser_id uuid!, title text!, starts_at time!, time_zone text!, currency text!, venue text,
     description text, hold_seconds int!, max_per_order int!, max_per_buyer int, status text!, published_at time, version int!,
     announced_start time, evening json, asks json, created_at time! =now, local_day date!, search_text text, blocked bool! =no`,
    {
      key: 'id',
      checks: [
        atLeast('max_per_buyer', 1),
        atLeast('hold_seconds', 1),
        atLeast('max_per_order', 1),
        oneOf('status', 'draft on_sale closed cancelled'),
        atLeast('version', 1),
        (row) => row['published_at'] !== null || row['status'] === 'draft' || row['status'] === 'cancelled',
      ],
    },
  ),
  table(
    'tickets.pools',
    'id uuid!, show_id uuid!, position int!, name text, capacity int!, latch bool! =no',
    {
      key: 'id',
      uniques: {
        pools_names: (row) => (row['name'] === null ? null : [row['show_id'], row['name']].join('\n')),
      },
      references: { show_id: 'tickets.shows' },
      checks: [atLeast('capacity', 0)],
    },
  ),
  table(
    'tickets.ticket_types',
    'id uuid!, show_id uuid!, position int!, name text!, price_minor int!, tax_rate_bps int, terms json, seated bool!, takes json!',
    {
      key: 'id',
      references: { show_id: 'tickets.shows' },
      checks: [atLeast('price_minor', 0)],
    },
  ),
  table(
    'tickets.seats',
    'id uuid!, show_id uuid!, ticket_type_id uuid!, position int!, section text!, row text!, number text!',
    {
      key: 'id',
      uniques: {
        seats_labels: (row) => [row['show_id'], row['section'], row['row'], row['number']].join('\n'),
      },
      references: { show_id: 'tickets.shows', ticket_type_id: 'tickets.ticket_types' },
    },
  ),
  table(
    'tickets.admissions',
    `order_id uuid!, show_id uuid, payment_id uuid, status text!, refunded_payment_ids uuids! =none, version int!,
     created_at time! =now`,
    {
      key: 'order_id',
      checks: [
        oneOf('status', 'refunded_early issued void'),
        atLeast('version', 0),
        (row) => (row['show_id'] === null) === (row['status'] === 'refunded_early'),
      ],
    },
  ),
  table(
    'tickets.tickets',
    `order_id uuid!, id uuid!, unit int!, generation int! =one, key_version text, ticket_type_id uuid!, name text!, admits int!, code text, seat_id uuid, section text, row text,
     number text, status text!, used_at time, used_door text`,
    {
      key: 'order_id id',
      uniques: { tickets_code_key: (row) => row['code'] as string | null },
      references: { order_id: 'tickets.admissions' },
      checks: [
        oneOf('status', 'valid used void'),
        (row) => row['status'] !== 'used' || row['used_at'] !== null,
        (row) => row['used_door'] === null || row['status'] !== 'valid',
      ],
    },
  ),
]

export const tables: readonly TableDefinition[] = [
  ...platform,
  ...orders,
  ...expiration,
  ...payments,
  ...tickets,
]
