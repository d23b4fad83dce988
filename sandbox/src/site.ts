// Everything beside the API: health, the challenge page, the sandbox's own controls, assets and the
// dashboard.
import { readName } from './api/auth.ts'
import { controls } from './controls.ts'
import { ApiError } from './core/errors.ts'
import { MalformedForm, parseForm } from './core/form.ts'
import { BadFault } from './faults/faults.ts'
import { type EdgeReply, type EdgeRequest, jsonReply } from './http/request.ts'
import type { Handler } from './http/server.ts'
import type { Namespaces } from './namespaces.ts'
import { asset } from './pages/assets.ts'
import { CHALLENGED, challengePage } from './pages/challenge.ts'
import { checkoutPage } from './pages/checkout.ts'
import { receiptPage } from './pages/receipt.ts'

export function readInput(request: EdgeRequest): Record<string, unknown> {
  const text = request.method === 'GET' || request.method === 'DELETE' ? request.query : request.body
  if (text === '') return {}
  if (request.headers['content-type']?.startsWith('application/json') !== true || request.method === 'GET')
    return parseForm(text)
  const read: unknown = JSON.parse(text)
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    throw new MalformedForm('expected a JSON object')
  return read as Record<string, unknown>
}

function isBadInput(error: unknown): error is Error {
  return (
    error instanceof BadFault ||
    error instanceof MalformedForm ||
    error instanceof SyntaxError ||
    error instanceof URIError
  )
}

export function makeSite(
  namespaces: Namespaces,
  instance: string | null,
  log: (message: string) => void,
): Handler {
  const { main } = namespaces

  async function serve(request: EdgeRequest): Promise<EdgeReply> {
    const { path } = request
    if (path === '/_sandbox/health')
      return jsonReply(200, { status: 'ok', instance, clock_offset_seconds: main.clock.offsetSeconds() })
    const challenge = /^\/_sandbox\/3ds\/([A-Za-z0-9_]+)$/.exec(path)?.[1]
    if (challenge !== undefined)
      return challengePage(namespaces.owning(challenge, CHALLENGED), request, challenge)
    const receipt = /^\/_sandbox\/receipts\/(ch_[A-Za-z0-9]+)$/.exec(path)?.[1]
    if (receipt !== undefined) return receiptPage(namespaces.owning(receipt, ['charge']), receipt)
    const checkout = /^\/_sandbox\/checkout\/(cs_test_[A-Za-z0-9]+)(?:\/([a-z]+))?$/.exec(path)
    if (checkout !== null) {
      const [, id = '', action] = checkout
      const input = request.method === 'POST' ? readInput(request) : {}
      return checkoutPage(namespaces.owning(id, ['checkout.session']), request, { id, action, input })
    }
    const file = request.method === 'GET' ? await asset(path, main.baseUrl) : undefined
    if (file !== undefined) return file
    if (path.startsWith('/_sandbox/')) {
      return controls(namespaces.named(readName(request.headers)), request, readInput(request))
    }
    return jsonReply(404, {
      error: {
        type: 'invalid_request_error',
        message: `Unrecognized request URL (${request.method}: ${path}).`,
      },
    })
  }

  return async (request) => {
    try {
      return await serve(request)
    } catch (error) {
      if (error instanceof ApiError) return jsonReply(error.status, { error: error.body })
      if (isBadInput(error))
        return jsonReply(400, { error: { type: 'invalid_request_error', message: error.message } })
      log(`${request.method} ${request.path} failed`)
      throw error
    }
  }
}
