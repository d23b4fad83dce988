// The dashboard: shows what the sandbox knows, live, and pushes its buttons.
import { FAULT_KINDS, WEBHOOK_FAULTS } from '../../src/faults/kinds.ts'
import { accountName, api, control, fetchOverview, type Overview, type Payment } from './calls.ts'
import { type Action, type Actions, money, renderTable, TABLES } from './tables.ts'

const OPERATIONS = [
  '*',
  'payment_intents.create',
  'payment_intents.confirm',
  'payment_intents.capture',
  'payment_intents.cancel',
  'payment_intents.retrieve',
  'refunds.create',
  'payment_intent.succeeded',
]

function find<T extends HTMLElement>(id: string): T {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`the page has lost #${id}`)
  return element as T
}

let chosen = 'Payments'
let data: Overview | undefined
let noticeTimer: number | undefined

function notice(text: string): void {
  find('notice').textContent = text
  clearTimeout(noticeTimer)
  noticeTimer = window.setTimeout(() => {
    find('notice').textContent = ''
  }, 5000)
}

function perform(action: Pick<Action, 'run'>): void {
  Promise.resolve(action.run())
    .then(refresh)
    .catch((error: unknown) => notice(error instanceof Error ? error.message : String(error)))
}

function show(title: string, path: string): void {
  perform({
    run: async () => {
      const body = await api('GET', path)
      find('detail-title').textContent = title
      find('detail-body').textContent = JSON.stringify(body, null, 2)
      find<HTMLDialogElement>('detail').showModal()
    },
  })
}

const actions: Actions = {
  show,
  payment(payment: Payment, verb) {
    switch (verb) {
      case 'capture':
      case 'cancel':
        return api('POST', `payment_intents/${payment.id}/${verb}`)
      case 'refund':
        return api('POST', 'refunds', { payment_intent: payment.id })
      case 'dispute':
        return control('POST', 'disputes/open', { payment_intent: payment.id })
      case 'challenge':
        window.open(`/_sandbox/3ds/${payment.id}`, '_blank', 'noopener')
        return undefined
    }
  },
  resend: (event) => control('POST', `events/${event}/resend`),
  dispute: (id, verb) =>
    api('POST', `disputes/${id}`, {
      'evidence[uncategorized_text]': verb === 'win' ? 'winning_evidence' : 'losing_evidence',
    }),
}

function tile(label: string, value: string): HTMLElement {
  const element = document.createElement('div')
  element.className = 'tile'
  const strong = document.createElement('b')
  strong.textContent = value
  const text = document.createElement('span')
  text.textContent = label
  element.append(strong, text)
  return element
}

function listItem(text: string, label: string, run: () => Promise<unknown>): HTMLElement {
  const item = document.createElement('li')
  const words = document.createElement('span')
  words.textContent = text
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'plain'
  button.textContent = label
  button.addEventListener('click', () => perform({ run }))
  item.append(words, button)
  return item
}

function render(): void {
  if (data === undefined) return
  const { balance, waiting, struck } = data
  find('tiles').replaceChildren(
    ...balance.flatMap((line) => [
      tile(`${line.currency.toUpperCase()} available`, money(line.available, line.currency)),
      tile(`${line.currency.toUpperCase()} pending`, money(line.pending, line.currency)),
    ]),
    tile('Webhooks queued', waiting >= 1000 ? '1000+' : String(waiting)),
    tile('Faults triggered', String(Object.values(struck).reduce((sum, count) => sum + count, 0))),
  )
  find('now').textContent =
    `${new Date(data.now * 1000).toUTCString()}${data.offset_seconds === 0 ? '' : ` (${(data.offset_seconds / 86_400).toFixed(1)} days ahead)`}`
  find('rules').replaceChildren(
    ...data.faults.map((rule) =>
      listItem(
        `${rule.kind} ${rule.when} ${rule.match}: ${rule.timesLeft ?? '∞'} left, triggered ${rule.hits}×`,
        'Remove',
        () => control('DELETE', `faults/${rule.id}`),
      ),
    ),
  )
  find('endpoints').replaceChildren(
    ...data.endpoints.map((endpoint) =>
      listItem(
        `${endpoint.url} (${endpoint.enabled_events.join(', ')}) ${endpoint.status}`,
        'Rotate secret',
        () => rotate(endpoint.id),
      ),
    ),
  )
  const table = TABLES[chosen]
  // Rebuilding the list would take the focus from a button that somebody is about to press.
  if (table !== undefined && !find('list').contains(document.activeElement))
    find('list').replaceChildren(renderTable(table(data, actions), perform))
}

async function rotate(id: string): Promise<void> {
  const rotated = (await control('POST', `webhook_endpoints/${id}/rotate`)) as { secret: string }
  find('detail-title').textContent = 'New signing secret'
  find('detail-body').textContent = rotated.secret
  find<HTMLDialogElement>('detail').showModal()
}

for (const key of document.querySelectorAll('[data-key]'))
  key.textContent = `${key.getAttribute('data-key')}_test_${accountName}`

async function refresh(): Promise<void> {
  data = await fetchOverview()
  render()
}

function onSubmit(id: string, run: (form: FormData) => Promise<unknown>): void {
  find<HTMLFormElement>(id).addEventListener('submit', (event) => {
    event.preventDefault()
    perform({ run: () => run(new FormData(find<HTMLFormElement>(id))) })
  })
}

function fillOptions(id: string, values: string[]): void {
  find(id).replaceChildren(...values.map((value) => new Option(value, value)))
}

function start(): void {
  fillOptions('kind', [...FAULT_KINDS, ...WEBHOOK_FAULTS])
  fillOptions('ops', OPERATIONS)
  find('tabs').replaceChildren(
    ...Object.keys(TABLES).map((name) => {
      const button = document.createElement('button')
      button.type = 'button'
      button.textContent = name
      button.setAttribute('aria-pressed', String(name === chosen))
      button.addEventListener('click', () => {
        chosen = name
        for (const each of find('tabs').children) each.setAttribute('aria-pressed', String(each === button))
        render()
      })
      return button
    }),
  )
  onSubmit('clock', (form) => control('POST', 'clock', { advance_seconds: Number(form.get('seconds')) }))
  onSubmit('fault', (form) =>
    control('POST', 'faults', {
      kind: form.get('kind'),
      when: form.get('when'),
      op: form.get('op'),
      times: Number(form.get('times')),
    }),
  )
  onSubmit('hook', async (form) => {
    const made = (await api('POST', 'webhook_endpoints', {
      url: String(form.get('url')),
      'enabled_events[0]': '*',
    })) as {
      secret: string
    }
    find('detail-title').textContent = 'Signing secret (shown once)'
    find('detail-body').textContent = made.secret
    find<HTMLDialogElement>('detail').showModal()
  })
  const stream = new EventSource(`/_sandbox/live?account=${encodeURIComponent(accountName)}`)
  stream.addEventListener('message', () => {
    find('live').textContent = 'Live'
    find('live').className = 'on'
    refresh().catch((error: unknown) => notice(String(error)))
  })
  stream.addEventListener('error', () => {
    find('live').textContent = 'Connection lost. Reconnecting…'
    find('live').className = ''
  })
}

start()
