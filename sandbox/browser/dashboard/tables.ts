// The lists of the dashboard: columns, colours of states and the buttons of each row.
import type { Delivery, Overview, Payment } from './calls.ts'

export type Cell =
  | string
  | { text: string; state?: boolean; numeric?: boolean; wide?: boolean; id?: boolean }
  | { buttons: Action[] }
export interface Action {
  label: string
  run(): Promise<unknown> | void
}
export interface Actions {
  show(title: string, path: string): void
  payment(
    payment: Payment,
    verb: 'capture' | 'cancel' | 'refund' | 'dispute' | 'challenge',
  ): Promise<unknown> | void
  resend(event: string): Promise<unknown>
  dispute(id: string, verb: 'win' | 'lose'): Promise<unknown>
}
export interface Table {
  heads: { text: string; numeric?: boolean }[]
  rows: Cell[][]
  empty: string
}

const TONES: Record<string, string> = {
  succeeded: 'good',
  delivered: 'good',
  won: 'good',
  available: 'good',
  requires_capture: 'warn',
  requires_action: 'warn',
  processing: 'warn',
  pending: 'warn',
  waiting: 'warn',
  needs_response: 'warn',
  warning_needs_response: 'warn',
  requires_payment_method: 'bad',
  under_review: 'warn',
  canceled: 'bad',
  failed: 'bad',
  dropped: 'bad',
  lost: 'bad',
}

export function money(amount: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: currency.toUpperCase() })
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(5, 19).replace('T', ' ')
}

function state(text: string): Cell {
  return { text, state: true }
}

const number = (text: string): Cell => ({ text, numeric: true })
const wide = (text: string): Cell => ({ text, wide: true })
const head = (text: string) => ({ text })
const numberHead = (text: string) => ({ text, numeric: true })

function paymentActions(payment: Payment, actions: Actions): Action[] {
  const verbs = {
    requires_capture: ['capture', 'cancel'],
    succeeded: ['refund', 'dispute'],
    requires_action: ['challenge', 'cancel'],
    requires_payment_method: ['cancel'],
    requires_confirmation: ['cancel'],
  } as const
  const list = payment.status in verbs ? verbs[payment.status as keyof typeof verbs] : []
  return [
    {
      label: 'Show',
      run: () => actions.show(payment.id, `payment_intents/${payment.id}?expand[]=latest_charge`),
    },
    ...list.map((verb) => ({
      label: {
        capture: 'Capture',
        cancel: 'Cancel',
        refund: 'Refund',
        dispute: 'Dispute',
        challenge: '3-D Secure',
      }[verb],
      run: () => actions.payment(payment, verb),
    })),
  ]
}

function lastAttempt(delivery: Delivery): string {
  const last = delivery.log.at(-1)
  return last === undefined ? '' : `${last.status ?? last.error ?? ''} in ${last.ms} ms`
}

export const TABLES: Record<string, (data: Overview, actions: Actions) => Table> = {
  Payments: (data, actions) => ({
    heads: [
      head('Time'),
      head('Payment'),
      numberHead('Amount'),
      head('Status'),
      head('Error'),
      head('Order'),
      head(''),
    ],
    rows: data.payments.map((each) => [
      wide(time(each.created)),
      { text: each.id, id: true },
      number(money(each.amount, each.currency)),
      state(each.status),
      wide(each.error ?? ''),
      wide(each.metadata['order_id'] ?? ''),
      { buttons: paymentActions(each, actions) },
    ]),
    empty: 'No payments yet. Create one with the SDK and it shows up here.',
  }),
  Events: (data, actions) => ({
    heads: [head('Time'), head('Type'), head('Event'), head('')],
    rows: data.events.map((each) => [
      time(each.created),
      each.type,
      wide(each.id),
      {
        buttons: [
          { label: 'Show', run: () => actions.show(each.type, `events/${each.id}`) },
          { label: 'Resend', run: () => actions.resend(each.id) },
        ],
      },
    ]),
    empty: 'No events yet.',
  }),
  Deliveries: (data, actions) => ({
    heads: [
      head('Event'),
      head('Status'),
      numberHead('Attempts'),
      head('Last attempt'),
      head('Fault'),
      head(''),
    ],
    rows: data.deliveries.map((each) => [
      each.type,
      state(each.state),
      number(String(each.attempts)),
      wide(lastAttempt(each)),
      wide(each.fault ?? ''),
      { buttons: [{ label: 'Resend', run: () => actions.resend(each.event) }] },
    ]),
    empty: 'Nothing sent yet. Add a webhook endpoint above.',
  }),
  Ledger: (data) => ({
    heads: [
      head('Time'),
      head('Type'),
      numberHead('Amount'),
      numberHead('Fee'),
      numberHead('Net'),
      head('Status'),
      head('Source'),
    ],
    rows: data.ledger.map((each) => [
      wide(time(each.created)),
      each.type,
      number(money(each.amount, each.currency)),
      number(money(each.fee, each.currency)),
      number(money(each.net, each.currency)),
      state(each.status),
      wide(each.source),
    ]),
    empty: 'No money has moved yet.',
  }),
  Disputes: (data, actions) => ({
    heads: [head('Dispute'), head('Reason'), numberHead('Amount'), head('Status'), head('Charge'), head('')],
    rows: data.disputes.map((each) => [
      wide(each.id),
      each.reason,
      number(money(each.amount, each.currency)),
      state(each.status),
      wide(each.charge),
      {
        buttons: [
          { label: 'Win', run: () => actions.dispute(each.id, 'win') },
          { label: 'Lose', run: () => actions.dispute(each.id, 'lose') },
        ],
      },
    ]),
    empty: 'No disputes. Open one from a succeeded payment.',
  }),
}

export function renderTable(table: Table, perform: (action: Action) => void): HTMLElement {
  if (table.rows.length === 0) {
    const empty = document.createElement('p')
    empty.className = 'empty'
    empty.textContent = table.empty
    return empty
  }
  const element = document.createElement('table')
  const top = element.createTHead().insertRow()
  for (const each of table.heads) {
    const cell = document.createElement('th')
    cell.scope = 'col'
    cell.textContent = each.text
    if (each.numeric === true) cell.className = 'num'
    top.append(cell)
  }
  const body = element.createTBody()
  for (const row of table.rows) {
    const line = body.insertRow()
    row.forEach((cell, index) => fillCell(line.insertCell(), cell, table.heads[index]?.text ?? '', perform))
  }
  // A phone shows rows as cards; by these roles it is a table nevertheless.
  element.setAttribute('role', 'table')
  for (const line of element.rows) {
    line.setAttribute('role', 'row')
    for (const cell of line.cells) cell.setAttribute('role', cell.tagName === 'TH' ? 'columnheader' : 'cell')
  }
  return element
}

function fillCell(
  target: HTMLTableCellElement,
  cell: Cell,
  label: string,
  perform: (action: Action) => void,
): void {
  if (label !== '') target.dataset['label'] = label
  if (typeof cell === 'string') {
    target.textContent = cell
    return
  }
  if ('buttons' in cell) {
    target.className = 'do'
    target.append(buttonRow(cell.buttons, perform))
    return
  }
  const { text, numeric, wide: isWide, id, state: isState } = cell
  const classes = { num: numeric, wide: isWide, id, state: isState }
  target.className = Object.entries(classes)
    .flatMap(([name, on]) => (on === true ? [name] : []))
    .join(' ')
  if (id === true || isWide === true) target.title = text
  if (isState !== true) {
    target.textContent = text
    return
  }
  const chip = document.createElement('b')
  chip.className = TONES[text] ?? ''
  chip.textContent = text
  target.append(chip)
}

function buttonRow(actions: Action[], perform: (action: Action) => void): HTMLElement {
  const row = document.createElement('div')
  row.className = 'row'
  for (const action of actions) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'plain'
    button.textContent = action.label
    button.addEventListener('click', () => perform(action))
    row.append(button)
  }
  return row
}
