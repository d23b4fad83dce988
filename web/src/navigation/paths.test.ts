// Which addresses have which page, and how addresses are written.
import { describe, expect, it } from 'vitest'
import { matchPath, writePath } from './paths.ts'

const patterns = ['/', '/orders', '/orders/$orderId', '/organiser/shows/$showId/orders/$orderId'] as const

describe('an address', () => {
  it.each([
    ['/', '/', {}],
    ['/orders', '/orders', {}],
    ['/orders/', '/orders', {}],
    ['/orders/a%20b', '/orders/$orderId', { orderId: 'a b' }],
    [
      '/organiser/shows/1/orders/2',
      '/organiser/shows/$showId/orders/$orderId',
      { showId: '1', orderId: '2' },
    ],
  ])('%s has the page %s', (address, pattern, params) => {
    expect(matchPath(patterns, address)).toEqual({ pattern, params })
  })

  it.each(['/nowhere', '/orders/1/2', '/orders/%', '/Orders'])('%s has no page', (address) => {
    expect(matchPath(patterns, address)).toBeNull()
  })

  it('is written from its pattern with escaped values, and without empty search values', () => {
    expect(writePath('/orders/$orderId', { orderId: 'a/b' }, { q: 'x & y', from: '', to: undefined })).toBe(
      '/orders/a%2Fb?q=x+%26+y',
    )
  })

  it('is never written with a hole', () => {
    expect(() => writePath('/orders/$orderId')).toThrow('needs orderId')
  })
})
