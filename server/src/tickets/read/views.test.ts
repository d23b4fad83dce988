// Cursors that nobody can forge into an error, and the defaults of a body.
import { expect, test } from 'vitest'
import type { Show } from '../domain/show.ts'
import { cursorOf, parseCursor, proposalOf } from './views.ts'

const position = { startsAt: '2031-05-01T18:00:00.000Z', id: '01a20433-8e5a-76a6-942d-3ac2708e2c40' }

test('a cursor says where it was made', () => {
  expect(parseCursor(cursorOf(position as Show))).toEqual(position)
})

test('what is no cursor of ours is recognised, whatever it is', () => {
  const texts = [
    '',
    'x',
    `${position.startsAt} nobody`,
    `2031-99-01T18:00:00.000Z ${position.id}`,
    `0000-01-01T00:00:00.000Z ${position.id}`,
    `${position.startsAt} ${'-'.repeat(36)}`,
  ]
  for (const text of texts) expect(parseCursor(Buffer.from(text).toString('base64url'))).toBeNull()
})

test('a body without them gets the hold of the configuration and ten places per order, a hundred per buyer', () => {
  const body = { title: 'A', startsAt: position.startsAt, timeZone: 'UTC', currency: 'EUR', ticketTypes: [] }
  expect(proposalOf(body, { holdSeconds: 77, limitBuyers: true })).toMatchObject({
    holdSeconds: 77,
    maxPerOrder: 10,
    maxPerBuyer: 100,
    venue: null,
    description: null,
  })
  expect(
    proposalOf(
      { ...body, holdSeconds: 5, maxPerOrder: 2, maxPerBuyer: 3 },
      { holdSeconds: 77, limitBuyers: true },
    ),
  ).toMatchObject({
    holdSeconds: 5,
    maxPerOrder: 2,
    maxPerBuyer: 3,
  })
  expect(proposalOf(body, { holdSeconds: 77, limitBuyers: false }).maxPerBuyer).toBeNull()
})
