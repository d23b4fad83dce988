// Which currencies are known, how many digits each has and what amounts a card can be charged.
// The smallest amounts follow the processor's published table; a currency not listed there has none but one unit.
import { invalidRequest } from './errors.ts'

const CURRENCIES = new Set(
  'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr iqd isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw'.split(
    ' ',
  ),
)
const WITHOUT_DECIMALS = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '))
const WITH_THREE = new Set('bhd iqd jod kwd omr tnd'.split(' '))

const SMALLEST: Record<string, number> = {
  usd: 50,
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
}

export function decimalsOf(currency: string): number {
  if (WITHOUT_DECIMALS.has(currency)) return 0
  return WITH_THREE.has(currency) ? 3 : 2
}

/** `$20.00`-like text for messages. */
export function spoken(amount: number, currency: string): string {
  const digits = decimalsOf(currency)
  const number = (amount / 10 ** digits).toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  const sign = { usd: '$', eur: '€', gbp: '£', jpy: '¥' }[currency]
  return sign === undefined ? `${number} ${currency}` : `${sign}${number}`
}

export function checkCurrency(currency: string): string {
  const lower = currency.toLowerCase()
  if (!CURRENCIES.has(lower)) {
    throw invalidRequest(
      `Invalid currency: ${currency.slice(0, 20)}. Stripe currently supports these currencies: ${[...CURRENCIES].join(', ')}`,
      {
        param: 'currency',
      },
    )
  }
  return lower
}

export function checkAmount(amount: number, currency: string): void {
  if (amount > 99_999_999) {
    throw invalidRequest(`Amount must be no more than ${spoken(99_999_999, currency)}`, {
      code: 'amount_too_large',
      param: 'amount',
    })
  }
  const smallest = SMALLEST[currency] ?? 1
  if (amount < smallest) {
    throw invalidRequest(`Amount must be at least ${spoken(smallest, currency)} ${currency}`, {
      code: 'amount_too_small',
      param: 'amount',
    })
  }
  if (WITH_THREE.has(currency) && amount % 10 !== 0) {
    throw invalidRequest(`Invalid amount: the last digit of a ${currency} amount must be 0 for cards.`, { param: 'amount' })
  }
}
