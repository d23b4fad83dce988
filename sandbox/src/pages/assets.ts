// Files for browsers, from a fixed list: stripe.js, the card form, the dashboard, styles. Nothing else is readable.
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
  '/_sandbox/assets/card-form.html': { file: 'card-form.html', type: PAGE, framable: true },
  '/_sandbox/assets/card-form.js': { file: 'card-form.js', type: SCRIPT },
  '/_sandbox/assets/card-form.css': { file: 'card-form.css', type: STYLE },
  '/_sandbox/assets/challenge.js': { file: 'challenge.js', type: SCRIPT },
  '/_sandbox/assets/challenge.css': { file: 'challenge.css', type: STYLE },
  '/_sandbox/assets/dashboard.js': { file: 'dashboard.js', type: SCRIPT },
  '/_sandbox/assets/dashboard.css': { file: 'dashboard.css', type: STYLE },
}

export async function asset(path: string): Promise<EdgeReply | undefined> {
  const known = Object.hasOwn(ASSETS, path) ? ASSETS[path] : undefined
  if (known === undefined) return undefined
  const body = await browserFile(known.file)
  if (known.type === PAGE) return { status: 200, headers: pageHeaders(known.framable === true ? '*' : "'none'"), body }
  return {
    status: 200,
    headers: {
      'content-type': known.type,
      'cache-control': 'no-cache',
      ...(known.shared === true ? { 'cross-origin-resource-policy': 'cross-origin', 'access-control-allow-origin': '*' } : {}),
    },
    body,
  }
}
