// The built pages on the shop's own origin. Without them (a service process of its own) the API stands alone.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from './config.ts'
import type { Http } from './platform/http.ts'

const fromSources = import.meta.filename.endsWith('.ts')
const directory = fromSources ? join(import.meta.dirname, '..', '..', 'web', 'dist') : join(import.meta.dirname, '..', '..', 'web', 'dist')

export async function serveBuiltWeb(app: Http, _config: Config): Promise<void> {
  if (!existsSync(join(directory, 'index.html'))) {
    app.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect('/docs'))
  }
}
