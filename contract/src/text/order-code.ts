// What people read out in place of an order's id: ten characters of Crockford's base 32, in two
// groups. They are the last 50 of the id's 62 random bits: old orders have a code too, and none is
// stored.

/** No I, L, O or U, which are heard or read as others. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const length = 10
const grouped = 5
const spelled = new RegExp(`^[${alphabet}]{${length}}$`)

/**
 * Of a million orders, two share a code with a chance of 1 in 2,000. What must not err takes the
 * id.
 */
export function orderCodeOf(orderId: string): string {
  // 13 hex digits are 52 bits, which a number holds exactly; the first two do not belong to the
  // code.
  let bits = Number.parseInt(orderId.replaceAll('-', '').slice(-13), 16)
  let code = ''
  for (let index = 0; index < length; index += 1) {
    code = (alphabet[bits % 32] ?? '') + code
    bits = Math.floor(bits / 32)
  }
  return `${code.slice(0, grouped)}-${code.slice(grouped)}`
}

/**
 * How the ids of orders with this code may end, as they are written; none when the text is not a
 * code.
 */
export function endingsOfCode(text: string): string[] {
  const typed = text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  if (!spelled.test(typed)) return []
  const bits = [...typed].reduce((sum, sign) => sum * 32 + alphabet.indexOf(sign), 0)
  return [0, 1, 2, 3].map((high) => {
    const digits = (high * 2 ** 50 + bits).toString(16).padStart(13, '0')
    return `${digits.slice(0, 1)}-${digits.slice(1)}`
  })
}
