// Who is calling: secret or publishable key, as Bearer or Basic, and for which account. Keys are
// compared, never logged.
import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from '../core/errors.ts'

export const SECRET_KEY = 'sk_test_holdfast'
export const PUBLISHABLE_KEY = 'pk_test_holdfast'
/** The name in the keys of a shop; its store is the one that shops have always used. */
export const MAIN_NAME = 'holdfast'
/** The name in a test key; secret and publishable key of one name belong together. */
const TEST_KEY = /^([sp])k_test_([A-Za-z0-9_-]{1,128})$/

export function isName(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,128}$/.test(text)
}

export interface Caller {
  /** The name in the key: each has a store of its own. */
  name: string
  key: string
  publishable: boolean
  /** '' is the platform itself. */
  account: string
}

function readKey(headers: IncomingHttpHeaders, fallback: string | undefined): string | undefined {
  const { authorization } = headers
  if (authorization === undefined) return fallback
  const space = authorization.indexOf(' ')
  const scheme = authorization.slice(0, space).toLowerCase()
  const value = authorization.slice(space + 1).trim()
  if (scheme === 'bearer') return value
  if (scheme === 'basic') return Buffer.from(value, 'base64').toString().split(':')[0]
  return undefined
}

function masked(key: string): string {
  return key.length <= 12
    ? '*'.repeat(key.length)
    : `${key.slice(0, 8)}${'*'.repeat(Math.min(key.length - 12, 20))}${key.slice(-4)}`
}

export function readCaller(headers: IncomingHttpHeaders, keyParam: string | undefined): Caller {
  const key = readKey(headers, keyParam)
  if (key === undefined || key === '') {
    throw new ApiError(401, {
      type: 'invalid_request_error',
      message:
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
    })
  }
  const [, kind, name] = TEST_KEY.exec(key) ?? []
  if (name === undefined)
    throw new ApiError(401, {
      type: 'invalid_request_error',
      message: `Invalid API Key provided: ${masked(key)}`,
    })
  const account = headers['stripe-account']
  return { name, key, publishable: kind === 'p', account: typeof account === 'string' ? account : '' }
}

/**
 * Whose controls and dashboard are meant: the name in the secret key that came along, else the main
 * one.
 */
export function readName(headers: IncomingHttpHeaders): string {
  const key = readKey(headers, undefined)
  if (key === undefined) return MAIN_NAME
  const [, kind, name] = TEST_KEY.exec(key) ?? []
  if (name === undefined || kind !== 's')
    throw new ApiError(401, {
      type: 'invalid_request_error',
      message: `Invalid API Key provided: ${masked(key)}`,
    })
  return name
}

export function secretKeyRequired(): ApiError {
  return new ApiError(403, {
    type: 'invalid_request_error',
    code: 'secret_key_required',
    message:
      'This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.',
  })
}

/** A page that may be read by anybody must not hold a secret key; nothing has happened. */
export function secretKeyInPage(): ApiError {
  return new ApiError(403, {
    type: 'invalid_request_error',
    code: 'secret_key_in_page',
    message:
      'This API call comes from a page and carries a secret key. Pages use the publishable key; secret keys stay on servers.',
  })
}

export function noAccess({ account, key }: Caller): ApiError {
  return new ApiError(403, {
    type: 'invalid_request_error',
    code: 'account_invalid',
    message: `The provided key '${masked(key)}' does not have access to account '${account.slice(0, 60)}' (or that account does not exist). Application access may have been revoked.`,
  })
}
