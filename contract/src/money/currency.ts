// Digits of each currency's minor unit. Imports nothing, so that a page can read it without loading
// the schema library.

const zeroDecimal = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '))
const threeDecimal = new Set('BHD IQD JOD KWD OMR TND'.split(' '))

/**
 * Digits after the decimal point in the currency's minor unit, as the card processor counts them.
 */
export function currencyExponent(currency: string): 0 | 2 | 3 {
  if (zeroDecimal.has(currency)) return 0
  return threeDecimal.has(currency) ? 3 : 2
}
