// The built pages on the shop's own origin. Without them (a service process of its own) the API
// stands alone.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { CompactAvailability, ShowView } from '@holdfast/contract'
import type { Config } from '../config/config.ts'
import { askInside } from '../platform/http/overload.ts'
import { ProblemError } from '../platform/http/problem.ts'
import type { Http } from '../platform/http/server.ts'
import { type DescribedShow, serveWeb } from './serve.ts'

const fromSources = import.meta.filename.endsWith('.ts')
const builtDirectory = join(import.meta.dirname, ...(fromSources ? ['..'] : []), '..', '..', 'web', 'dist')
/** A sitemap may have 50,000 addresses; a shop with more shows needs another kind. */
const sitemapPagesMax = 500
/** Shows whose pages are asked for; a large hall takes some megabytes. */
const rememberedMax = 20

/** `directory` is another one than the built only in tests. */
export async function serveBuiltWeb(
  app: Http,
  { publicUrl }: Pick<Config, 'publicUrl'>,
  directory: string = builtDirectory,
): Promise<void> {
  if (!existsSync(join(directory, 'index.html'))) {
    app.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect('/docs'))
    return
  }
  // Pages learn about shows by the public API, like anybody: they know no service.
  const read = async <Answer>(url: string): Promise<Answer | null> => {
    const reply = await askInside(app, url)
    refuseNoNews(reply.statusCode)
    return reply.statusCode === 200 ? (reply.json() as Answer) : null
  }
  const remembered = new Map<string, DescribedShow>()
  /** A large hall is read and parsed once for each version. */
  const describeShow = async (id: string): Promise<DescribedShow | null> => {
    const before = remembered.get(id)
    const reply = await askInside(app, `/api/shows/${id}`, before ? { 'if-none-match': before.tag } : {})
    refuseNoNews(reply.statusCode)
    if (before && reply.statusCode === 304) return before
    remembered.delete(id)
    if (reply.statusCode !== 200) return null
    const described = { show: reply.json() as ShowView, tag: String(reply.headers['etag']) }
    if (remembered.size >= rememberedMax) remembered.clear()
    remembered.set(id, described)
    return described
  }
  await serveWeb(app, {
    directory,
    publicUrl,
    describeShow,
    describeStock: (id) => read<CompactAvailability>(`/api/shows/${id}/availability?seats=compact`),
    async listShowIds() {
      const ids: string[] = []
      let cursor: string | null = ''
      for (let page = 0; page < sitemapPagesMax && cursor !== null; page += 1) {
        const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
        const found: { items: ShowView[]; nextCursor: string | null } | null = await read(
          `/api/shows?limit=100${query}`,
        )
        ids.push(...(found?.items ?? []).map((show) => show.id))
        cursor = found?.nextCursor ?? null
      }
      return ids
    },
  })
}

/** No news is not "there is none": the page tries again. */
function refuseNoNews(status: number): void {
  if (status >= 500) throw new ProblemError('unavailable', { retryAfterSeconds: 1 })
}
