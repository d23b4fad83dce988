// Serves the React page of react-shop/ on an origin of its own, under the policy that the
// processor's guide asks for; only for tests.
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { listenLocally, type ShopPage } from './browser-page.ts'

const STYLE =
  'body{font:16px system-ui;margin:0}main{max-width:440px;margin:24px auto;padding:20px}.StripeElement{border:1px solid #c9cfdc;border-radius:8px;padding:12px;margin:8px 0}button{padding:12px 20px}'

function page(script: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title><link rel="stylesheet" href="/shop.css">${script}</head><body><main id="root"></main><script src="/shop.js"></script></body></html>`
}

export interface ReactShop {
  sandboxUrl: string
  /** What the shop's server does with a confirmation token. */
  pay(token: string): Promise<{ status: string; clientSecret: string | null }>
}

export async function startReactShop({ sandboxUrl, pay }: ReactShop): Promise<ShopPage> {
  const built = await build({
    entryPoints: [fileURLToPath(new URL('./react-shop/main.tsx', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    jsx: 'automatic',
    // React's development build mounts everything twice, which finds elements that do not clean up.
    define: { 'process.env.NODE_ENV': '"development"' },
  })
  const files: Record<string, [string, string]> = {
    '/': ['text/html; charset=utf-8', page(`<script src="${sandboxUrl}/stripe.js"></script>`)],
    // As in production: loadStripe itself asks for the vendor's script.
    '/loads': ['text/html; charset=utf-8', page('')],
    '/shop.css': ['text/css', STYLE],
    '/shop.js': ['text/javascript', built.outputFiles[0]?.text ?? ''],
  }
  const policy = `default-src 'none'; script-src 'self' ${sandboxUrl} https://js.stripe.com; style-src 'self'; frame-src ${sandboxUrl}; connect-src 'self'`
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    const file = files[path]
    if (path === '/pay') {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        pay(Buffer.concat(chunks).toString()).then(
          (paid) => response.end(JSON.stringify(paid)),
          (error: unknown) => response.writeHead(500).end(JSON.stringify({ status: String(error) })),
        )
      })
      return
    }
    if (file === undefined) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': file[0], 'content-security-policy': policy }).end(file[1])
  })
  return listenLocally(server)
}
