// A shop's page on an origin of its own under a strict content policy, as Stripe.js meets it; only
// for tests.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title><link rel="stylesheet" href="/shop.css"></head>
<body><main><h1>Pay</h1><div id="slot"></div><div id="card-slot"></div><button id="pay">Pay</button><p id="out" role="status"></p></main><script src="SANDBOX/stripe.js"></script><script src="/shop.js"></script></body></html>`
const STYLE =
  'body{font:16px system-ui;margin:0;background:#f6f7fb}main{max-width:480px;margin:24px auto;padding:20px;background:#fff;border-radius:12px}.StripeElement{margin:12px 0}#card-slot.StripeElement{border:1px solid #c9cfdc;border-radius:8px;padding:12px}button{padding:12px 20px}'
const SCRIPT =
  "window.violations=[];document.addEventListener('securitypolicyviolation',e=>window.violations.push(e.violatedDirective+' '+e.blockedURI+' '+e.sourceFile));"

export interface ShopPage {
  url: string
  close(): Promise<void>
}

export async function listenLocally(server: Server): Promise<ShopPage> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    // Another host name than the sandbox's, so that both are different sites to the browser.
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export async function startShopPage(sandboxUrl: string): Promise<ShopPage> {
  const files: Record<string, [string, string]> = {
    '/': ['text/html; charset=utf-8', PAGE.replace('SANDBOX', sandboxUrl)],
    '/shop.css': ['text/css', STYLE],
    '/shop.js': ['text/javascript', SCRIPT],
  }
  const server = createServer((request, response) => {
    const file = files[(request.url ?? '/').split('?')[0] ?? '/']
    if (file === undefined) return void response.writeHead(404).end()
    response
      .writeHead(200, {
        'content-type': file[0],
        'content-security-policy': `default-src 'none'; script-src 'self' ${sandboxUrl}; style-src 'self'; frame-src ${sandboxUrl}; img-src 'self'; base-uri 'none'; form-action 'self'`,
      })
      .end(file[1])
  })
  return listenLocally(server)
}
