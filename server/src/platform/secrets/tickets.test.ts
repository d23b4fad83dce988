// Ids and codes of tickets are computed: the same for ever, different for everything that differs.
import { describe, expect, test } from 'vitest'
import { deriveKey } from '../process/installation.ts'
import { checkValueOf, makeTicketCodes, ticketIdOf } from './tickets.ts'

const order = '01900000-0000-7000-8000-000000000001'
const other = '01900000-0000-7000-8000-000000000002'
const [older, newer, another] = ['an older secret', 'a newer secret', 'a secret'].map((text) =>
  Buffer.from(text),
) as [Buffer, Buffer, Buffer]

describe('a ticket’s id', () => {
  test('is a UUID of version 8, and for ever that of its unit', () => {
    // Written down once: tickets that were mailed keep their ids.
    expect(ticketIdOf(order, 0)).toBe('cc0ba529-f9c9-8a75-baa1-2843bb9b37b0')
    expect(ticketIdOf(order, 99)).toBe('d8127942-7e10-8a26-8584-1f630b68d93c')
    for (let unit = 0; unit < 200; unit += 1)
      expect(ticketIdOf(order, unit)).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      )
  })
  test('is another one of each unit and each order', () => {
    const ids = [order, other].flatMap((id) => Array.from({ length: 100 }, (_, unit) => ticketIdOf(id, unit)))
    expect(new Set(ids).size).toBe(200)
  })
})

describe('a ticket’s code', () => {
  const codes = makeTicketCodes([newer, older])
  const id = ticketIdOf(order, 0)
  test('is 26 letters of Crockford’s base 32, and for ever the same', () => {
    expect(makeTicketCodes([another]).codeOf({ id, generation: 1, keyVersion: checkValueOf(another) })).toBe(
      '9VVGB8TJ8EQNBDXXNSN2XVX1QM',
    )
    const many = Array.from(
      { length: 2_000 },
      (_, unit) =>
        codes.codeOf({ id: ticketIdOf(order, unit), generation: 1, keyVersion: codes.keyVersion }) ?? '',
    )
    for (const code of many) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
    for (let place = 0; place < 26; place += 1) expect(new Set(many.map((code) => code[place])).size).toBe(32)
  })
  test('is another one of each ticket, generation and key', () => {
    const made = [1, 2, 3].flatMap((generation) =>
      [newer, older].flatMap((secret) =>
        [id, ticketIdOf(order, 1)].map((each) =>
          codes.codeOf({ id: each, generation, keyVersion: checkValueOf(secret) }),
        ),
      ),
    )
    expect(new Set(made).size).toBe(12)
  })
  test('is made by the first secret, shown by all, and not shown where its key is gone', () => {
    expect(codes.keyVersion).toBe(checkValueOf(newer))
    const old = { id, generation: 1, keyVersion: checkValueOf(older) }
    expect(codes.codeOf(old)).toBe(makeTicketCodes([older]).codeOf(old))
    expect(makeTicketCodes([newer]).codeOf(old)).toBeNull()
  })
  test('stays random where it was made by chance', () => {
    expect(codes.codeOf({ id, generation: 1, code: 'RANDOM' })).toBe('RANDOM')
    expect(codes.codeOf({ id, generation: 1 })).toBeNull()
  })
})

test('keys of different purposes have nothing in common, and a check value tells none of them', () => {
  const keys = ['tickets', 'links', 'check'].map((label) =>
    deriveKey({ secret: older }, label).toString('hex'),
  )
  expect(new Set(keys).size).toBe(3)
  expect(keys[0]).not.toContain(checkValueOf(older))
})
