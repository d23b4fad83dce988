// Which failures the page asks again after.
import { expect, it } from 'vitest'
import { ApiError, mayPass } from './client.ts'

it.each([
  ['the shop cannot be reached', new ApiError('network', 0)],
  ['it is overloaded', new ApiError('overloaded', 503)],
  [
    'an order is so new that payments has not heard of it',
    new ApiError('order_unknown', 404, { retryAfterSeconds: 1 }),
  ],
])('it may pass that %s', (_what, error) => {
  expect(mayPass(error)).toBe(true)
})

it.each([
  ['there is no such order', new ApiError('order_unknown', 404)],
  ['there were too many tries', new ApiError('too_many_requests', 429, { retryAfterSeconds: 600 })],
  ['the card was declined', new ApiError('card_declined', 402)],
  ['the page is broken', new TypeError('no function')],
])('it does not pass that %s', (_what, error) => {
  expect(mayPass(error)).toBe(false)
})
