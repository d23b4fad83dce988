// What cards can be charged in each currency: the one table behind every check of an amount, in the
// shop, its pages and the card sandbox. It stands twice, byte for byte, because neither package may
// import the other; a test compares the two. Imports nothing.
// Source: https://docs.stripe.com/currencies (presentment currencies, special cases, minimum and
// maximum charge amounts). A currency that is missing there is missing here: HRK, LYD, IQD, and
// BGN, which left the list of least amounts when Bulgaria took the euro.

export interface CurrencyRule {
  /** Digits of the minor unit in the API. ISK and UGX keep two, which must be zero. */
  digits: 0 | 2 | 3
  /** The least charge in minor units. A currency without a published least charge has one step. */
  least: number
  /** Every amount of a payment or refund is a multiple of this. */
  step: number
  /** Every amount of a payout is a multiple of this. */
  payoutStep: number
  /** The most digits that an amount may have. */
  mostDigits: number
}

const SUPPORTED =
  'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny ' +
  'cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk ' +
  'jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr ' +
  'mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos ' +
  'srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw'

const LEAST: Record<string, number> = {
  usd: 50,
  aed: 200,
  ars: 50,
  aud: 50,
  brl: 50,
  cad: 50,
  chf: 50,
  cop: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17500,
  idr: 50,
  ils: 50,
  inr: 50,
  jpy: 50,
  krw: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  php: 50,
  pln: 200,
  ron: 200,
  rub: 50,
  sek: 300,
  sgd: 50,
  thb: 1000,
  zar: 50,
}

const words = (text: string): Set<string> => new Set(text.split(' '))
const NO_DECIMALS = words('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf')
const THREE_DECIMALS = words('bhd jod kwd omr tnd')
/** Whole units only, although the API counts hundredths. */
const WHOLE_UNITS = words('isk ugx')
const WHOLE_UNIT_PAYOUTS = words('huf isk twd ugx')
const MOST_DIGITS: Record<string, number> = { cop: 10, idr: 12, inr: 9 }

function ruleOf(code: string): CurrencyRule {
  const digits = NO_DECIMALS.has(code) ? 0 : THREE_DECIMALS.has(code) ? 3 : 2
  const step = WHOLE_UNITS.has(code) ? 100 : digits === 3 ? 10 : 1
  const payoutStep = WHOLE_UNIT_PAYOUTS.has(code) ? 100 : step
  return { digits, least: LEAST[code] ?? step, step, payoutStep, mostDigits: MOST_DIGITS[code] ?? 8 }
}

export const CURRENCIES: ReadonlyMap<string, CurrencyRule> = new Map(
  SUPPORTED.split(' ').map((code): [string, CurrencyRule] => [code, ruleOf(code)]),
)
