// Files for browsers, from a fixed list: stripe.js, the card form, the dashboard, styles. Nothing
// else is readable.
import type { EdgeReply } from '../http/request.ts'
import { browserFile } from './browser-files.ts'
import { pageHeaders } from './html.ts'

interface Asset {
  file: string
  type: string
  framable?: boolean
  /** Shop pages load it from another origin. */
  shared?: boolean
}

const SCRIPT = 'text/javascript; charset=utf-8'
const STYLE = 'text/css; charset=utf-8'
const PAGE = 'text/html; charset=utf-8'

const ASSETS: Record<string, Asset> = {
  '/': { file: 'dashboard.html', type: PAGE },
  '/stripe.js': { file: 'stripe.js', type: SCRIPT, shared: true },
  // The vendor's own paths, so that a page changes nothing but the origin.
  '/v3': { file: 'stripe.js', type: SCRIPT, shared: true },
  '/v3/': { file: 'stripe.js', type: SCRIPT, shared: true },
  '/acacia/stripe.js': { file: 'stripe.js', type: SCRIPT, shared: true },
  '/basil/stripe.js': { file: 'stripe.js', type: SCRIPT, shared: true },
  '/clover/stripe.js': { file: 'stripe.js', type: SCRIPT, shared: true },
  '/dahlia/stripe.js': { file: 'stripe.js', type: SCRIPT, shared: true },
  '/endive/stripe.js': { file: 'stripe.js', type: SCRIPT, shared: true },
  '/_sandbox/assets/card-form.html': { file: 'card-form.html', type: PAGE, framable: true },
  '/_sandbox/assets/card-form.js': { file: 'card-form.js', type: SCRIPT },
  '/_sandbox/assets/card-form.css': { file: 'card-form.css', type: STYLE },
  '/_sandbox/assets/challenge.css': { file: 'challenge.css', type: STYLE },
  '/_sandbox/assets/checkout.js': { file: 'checkout.js', type: SCRIPT },
  '/_sandbox/assets/checkout.css': { file: 'checkout.css', type: STYLE },
  '/_sandbox/assets/dashboard.js': { file: 'dashboard.js', type: SCRIPT },
  '/_sandbox/assets/dashboard.css': { file: 'dashboard.css', type: STYLE },
}

/**
 * `home` is where browsers reach this sandbox; stripe.js must know it when it is served under
 * another name.
 */
export async function asset(path: string, home: string): Promise<EdgeReply | undefined> {
  const known = Object.hasOwn(ASSETS, path) ? ASSETS[path] : undefined
  if (known === undefined) return undefined
  const file = await browserFile(known.file)
  const body = known.shared === true ? file.replace('__SANDBOX_ORIGIN__', new URL(home).origin) : file
  if (known.type === PAGE)
    return { status: 200, headers: pageHeaders(known.framable === true ? '*' : "'none'"), body }
  return {
    status: 200,
    headers: {
      'content-type': known.type,
      'cache-control': 'no-cache',
      ...(known.shared === true
        ? { 'cross-origin-resource-policy': 'cross-origin', 'access-control-allow-origin': '*' }
        : {}),
    },
    body,
  }
}
