// Tells open dashboards that something has changed, at most a few times a second; they fetch what
// they show.
import type { Engine } from '../engine.ts'
import type { StreamHandler } from '../http/server.ts'

const PAUSE_MS = 400

/** `engineOf` finds the engine of the name in the address: a stream of events cannot send a key. */
export function eventStream(engineOf: (name: string) => Engine): StreamHandler {
  return (request, response) => {
    const engine = engineOf(new URL(request.url ?? '/', 'http://localhost').searchParams.get('account') ?? '')
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      connection: 'keep-alive',
    })
    response.write('retry: 1000\n\ndata: changed\n\n')
    let pending: NodeJS.Timeout | undefined
    const stop = engine.onEvents(() => {
      pending ??= setTimeout(() => {
        pending = undefined
        response.write('data: changed\n\n')
      }, PAUSE_MS)
    })
    request.on('close', () => {
      clearTimeout(pending)
      stop()
    })
  }
}
