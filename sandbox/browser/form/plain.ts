// The Link Authentication and Address Elements: stand-ins that collect and check what the page
// needs. Nobody signs in here.
import type { FormConfig, PlainValue, StripeError } from '../protocol.ts'
import { type PlainField, plainTextsFor } from './plain-texts.ts'

/** Every country and region that has an ISO code. */
const COUNTRIES =
  'AD AE AF AG AI AL AM AO AQ AR AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CD CF CG CH CI CK CL CM CN CO CR CV CW CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IS IT JE JM JO JP KE KG KH KI KM KN KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PY QA RE RO RS RU RW SA SB SC SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SZ TA TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VN VU WF WS XK YE YT ZA ZM ZW'.split(
    ' ',
  )
const AUTOCOMPLETE: Record<PlainField, string> = {
  email: 'email',
  name: 'name',
  country: 'country',
  line1: 'address-line1',
  line2: 'address-line2',
  postal_code: 'postal-code',
  city: 'address-level2',
  state: 'address-level1',
  phone: 'tel',
}
const OPTIONAL = new Set<PlainField>(['line2', 'state', 'phone'])

interface Part {
  control: HTMLInputElement | HTMLSelectElement
  label: HTMLLabelElement
  error: HTMLParagraphElement
}

export interface Plain {
  value(): PlainValue
  validate(): StripeError | undefined
  focus(): void
  clear(): void
  refresh(config: FormConfig): void
}

export function isPlain({ kind }: FormConfig): boolean {
  return kind === 'linkAuthentication' || kind === 'address'
}

function fieldsOf({ kind, plain }: FormConfig): PlainField[] {
  if (kind === 'linkAuthentication') return ['email']
  const fields: PlainField[] = ['name', 'country', 'line1', 'line2', 'postal_code', 'city', 'state']
  return plain?.phone === true ? [...fields, 'phone'] : fields
}

function makePart(field: PlainField, changed: () => void): Part & { wrap: HTMLElement } {
  const wrap = document.createElement('div')
  wrap.className = `field ${['postal_code', 'city'].includes(field) ? '' : 'wide'}`
  const label = document.createElement('label')
  label.className = 'Label'
  label.htmlFor = field
  const control = document.createElement(field === 'country' ? 'select' : 'input')
  control.className = 'Input'
  control.id = field
  control.setAttribute('autocomplete', AUTOCOMPLETE[field])
  control.setAttribute('aria-describedby', `${field}-error`)
  if (control instanceof HTMLInputElement)
    control.type = field === 'email' ? 'email' : field === 'phone' ? 'tel' : 'text'
  const error = document.createElement('p')
  error.className = 'error Error'
  error.id = `${field}-error`
  error.setAttribute('role', 'alert')
  control.addEventListener('input', changed)
  wrap.append(label, control, error)
  return { wrap, control, label, error }
}

function fillCountries(select: HTMLSelectElement, config: FormConfig): void {
  const names = new Intl.DisplayNames([config.locale], { type: 'region' })
  const allowed = config.plain?.countries.length === 0 ? COUNTRIES : (config.plain?.countries ?? COUNTRIES)
  const { value } = select
  const options = allowed.map((code) => new Option(names.of(code) ?? code, code))
  select.replaceChildren(
    ...options.toSorted((one, other) => one.text.localeCompare(other.text, config.locale)),
  )
  const home =
    config.plain?.defaults['country'] ?? (config.locale.toLowerCase().startsWith('de') ? 'DE' : 'US')
  const wanted = value === '' ? home : value
  select.value = allowed.includes(wanted) ? wanted : (allowed[0] ?? '')
}

function valueOf(config: FormConfig, texts: Partial<Record<PlainField, string>>): Record<string, unknown> {
  if (config.kind === 'linkAuthentication') return { email: texts.email ?? '' }
  const {
    name = '',
    phone,
    line1 = '',
    line2 = '',
    city = '',
    state = '',
    postal_code = '',
    country = '',
  } = texts
  const address = { line1, line2: line2 === '' ? null : line2, city, state, postal_code, country }
  return { name, address, ...(phone === undefined ? {} : { phone }) }
}

export function makePlain(root: HTMLElement, first: FormConfig, changed: (value: PlainValue) => void): Plain {
  let config = first
  const parts = new Map<PlainField, Part>()
  const grid = document.createElement('div')
  grid.className = 'payment'
  for (const field of fieldsOf(config)) {
    const { wrap, ...part } = makePart(field, () => {
      show(field, '')
      changed(plain.value())
    })
    part.control.addEventListener('blur', () => {
      if (part.control.value !== '') check(field)
    })
    if (part.control instanceof HTMLInputElement) part.control.value = config.plain?.defaults[field] ?? ''
    parts.set(field, part)
    grid.append(wrap)
  }
  root.replaceChildren(grid)

  function show(field: PlainField, message: string): void {
    const part = parts.get(field)
    if (part === undefined) return
    part.error.textContent = message
    if (message === '') part.control.removeAttribute('aria-invalid')
    else part.control.setAttribute('aria-invalid', 'true')
  }

  function problemOf(field: PlainField): 'incomplete' | 'invalidEmail' | undefined {
    const control = parts.get(field)?.control
    if (control === undefined) return undefined
    if (control.value.trim() === '') return OPTIONAL.has(field) ? undefined : 'incomplete'
    return field === 'email' && !control.validity.valid ? 'invalidEmail' : undefined
  }

  function check(field: PlainField): string | undefined {
    const problem = problemOf(field)
    const message = problem === undefined ? undefined : plainTextsFor(config.locale)[problem]
    show(field, message ?? '')
    return message
  }

  const plain: Plain = {
    value() {
      const texts = Object.fromEntries(
        [...parts].map(([field, { control }]) => [field, control.value.trim()]),
      )
      const typed = [...parts]
        .filter(([field]) => field !== 'country')
        .map(([, { control }]) => control.value)
      return {
        complete: [...parts.keys()].every((field) => problemOf(field) === undefined),
        empty: typed.every((text) => text === ''),
        value: valueOf(config, texts),
      }
    },
    validate() {
      const wrong = [...parts.keys()]
        .map((field) => ({ field, message: check(field) }))
        .find((each) => each.message !== undefined)
      if (wrong?.message === undefined) return undefined
      parts.get(wrong.field)?.control.focus()
      return { type: 'validation_error', code: `incomplete_${wrong.field}`, message: wrong.message }
    },
    focus: () => [...parts.values()][0]?.control.focus(),
    clear() {
      for (const { control } of parts.values()) if (control instanceof HTMLInputElement) control.value = ''
      changed(plain.value())
    },
    refresh(next) {
      config = next
      for (const [field, { control, label }] of parts) {
        label.textContent = plainTextsFor(config.locale).labels[field]
        control.disabled = config.disabled
        if (control instanceof HTMLSelectElement) fillCountries(control, config)
      }
    },
  }
  return plain
}
