// The built web pages on the shop's own origin: hashed assets for ever, one HTML page for known
// addresses, and for a show its title, OpenGraph, JSON-LD and data. Knows shows only as what the
// callbacks tell; never answers under /api.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { ShowView } from '@holdfast/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { htmlType, makePackedMemory, pack, sendPacked } from '../platform/http/packed.ts'
import type { Http } from '../platform/http/server.ts'
import { jsonLdOf, openGraphOf, type Stock, scriptSafeJson, showTextOf, textToHtml } from './head.ts'

/** A show with the tag of its version. */
export interface DescribedShow {
  readonly show: ShowView
  readonly tag: string
}

export interface WebOptions {
  /** Where `vite build` put the pages. */
  readonly directory: string
  /** Where browsers find the shop, for absolute addresses. */
  readonly publicUrl: string
  /** The show behind a page, as anybody may see it; null when there is none. */
  describeShow(id: string): Promise<DescribedShow | null>
  /** What is left of it; null where nobody tells. */
  describeStock(id: string): Promise<Stock | null>
  /** Every show that search engines may know. */
  listShowIds(): Promise<readonly string[]>
}

/** The address whose page brings its show along. */
const showPath = '/shows/:showId'
/** Where people pay, and see what they paid for. */
const payingPages = new Set(['/checkout/:orderId', '/orders/:orderId'])
const seatMap = 'src/buy/seat-picker.tsx'
/** Some of the largest shows in two languages, or all pages of a usual shop. */
const rememberedBytes = 32 * 1024 * 1024
const yearMs = 365 * 24 * 60 * 60 * 1_000
const uuidPattern = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/

export async function serveWeb(app: Http, options: WebOptions): Promise<void> {
  const { directory } = options
  const fastify = app as unknown as FastifyInstance
  // The code of the pages on which people pay.
  fastify.addHook('onRoute', (route) => {
    if (route.url.startsWith('/assets/')) route.config = { ...route.config, vital: true }
  })
  await fastify.register(fastifyStatic, {
    root: join(directory, 'assets'),
    prefix: '/assets/',
    index: false,
    preCompressed: true,
    immutable: true,
    maxAge: yearMs,
    schemaHide: true,
  })
  for (const file of readdirSync(directory, { withFileTypes: true })) {
    if (!file.isFile() || /^index\.html$|\.(br|gz)$/.test(file.name)) continue
    fastify.get(`/${file.name}`, { schema: { hide: true } }, (_request, reply) =>
      reply.sendFile(file.name, directory, { maxAge: 60 * 60 * 1_000, immutable: false }),
    )
  }
  const shell = makeShell(directory)
  const memory = makePackedMemory(rememberedBytes)
  const send = async (request: FastifyRequest, reply: FastifyReply, page: Shell, tag = '') => {
    const language = shell.languageOf(request)
    const head = page.head?.(language) ?? ''
    // The tag stands for the show and the head for what is left of it.
    const packed = await memory.get([page.source, tag, language, head].join('\n'), async () =>
      pack(shell.render(language, page), htmlType),
    )
    // A page names hashed files: asked again each time, answered with 304 most times.
    return sendPacked(request, reply.header('vary', 'accept-language'), packed)
  }
  const serve = (source: string) => (request: FastifyRequest, reply: FastifyReply) =>
    send(request, reply, { source })
  const servePage = (path: string, handler: (request: FastifyRequest, reply: FastifyReply) => unknown) => {
    // People and programs add a slash at the end; it is the same page.
    for (const each of path === '/' ? [path] : [path, `${path}/`])
      fastify.get(each, { config: { vital: payingPages.has(path) }, schema: { hide: true } }, handler)
  }
  const { [showPath]: showPage, ...otherPages } = readPageTable(directory)
  if (showPage === undefined) throw new Error(`the built pages have none for ${showPath}`)
  for (const [path, source] of Object.entries(otherPages)) servePage(path, serve(source))
  servePage(showPath, async (request, reply) => {
    const { showId: id } = request.params as { readonly showId: string }
    const known = uuidPattern.test(id)
    const [described, stock] = known
      ? await Promise.all([options.describeShow(id), options.describeStock(id)])
      : [null, null]
    if (!described) return send(request, reply.code(404), { source: showPage })
    const { show, tag } = described
    return send(request, reply, { source: showPage, show, head: headOf(show, stock, options) }, tag)
  })
  fastify.get('/sitemap.xml', { schema: { hide: true } }, async (_request, reply) => {
    const addresses = ['/', ...(await options.listShowIds()).map((id) => `/shows/${id}`)]
    const entries = addresses.map(
      (path) => `<url><loc>${textToHtml(new URL(path, options.publicUrl).href)}</loc></url>`,
    )
    return reply
      .type('application/xml; charset=utf-8')
      .send(
        `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${entries.join('')}</urlset>\n`,
      )
  })
  fastify.get('/*', { schema: { hide: true } }, (request, reply) => {
    if (request.url.startsWith('/api/') || !request.headers.accept?.includes('text/html'))
      return reply.callNotFound()
    return send(request, reply.code(404), { source: '' })
  })
}

/**
 * Addresses that have a page, and the piece of code that each begins with. Everything else is a
 * 404, with a page for people.
 */
function readPageTable(directory: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(join(directory, '.vite', 'pages.json'), 'utf8')) as Record<string, string>
}

function headOf(show: ShowView, stock: Stock | null, { publicUrl }: Pick<WebOptions, 'publicUrl'>) {
  const url = new URL(`/shows/${show.id}`, publicUrl).href
  const jsonLd = `<script type="application/ld+json">${scriptSafeJson(jsonLdOf(show, url, stock))}</script>`
  return (language: string): string => [openGraphOf(show, url, language), jsonLd].join('\n    ')
}

interface Chunk {
  readonly file: string
  readonly imports?: readonly string[]
}

interface Shell {
  readonly source: string
  /** Instead of the plain title. */
  readonly head?: (language: string) => string
  /** The show that the page is about. */
  readonly show?: ShowView
}

/**
 * The one HTML file with what a page adds: its head, and early requests for the code and the
 * language that it will need.
 */
function makeShell(directory: string) {
  const html = readFileSync(join(directory, 'index.html'), 'utf8')
  const manifest = JSON.parse(readFileSync(join(directory, '.vite', 'manifest.json'), 'utf8')) as Record<
    string,
    Chunk
  >
  const [before, plainHead, after] = html.split(/<!--\/?head-->/)
  if (before === undefined || plainHead === undefined || after === undefined)
    throw new Error('index.html has no <!--head--> … <!--/head-->')
  const preloads = new Map<string, string>()
  const preloadOf = (source: string): string => {
    let links = preloads.get(source)
    if (links === undefined) {
      const files = [...filesOf(manifest, source)].filter((file) => !html.includes(file))
      links = files.map((file) => `<link rel="modulepreload" crossorigin href="/${file}">`).join('\n    ')
      preloads.set(source, links)
    }
    return links
  }
  const languageOf = (request: FastifyRequest): string => {
    const language = request.headers['accept-language']?.slice(0, 2).toLowerCase() ?? 'en'
    return manifest[`src/messages/${language}.json`] ? language : 'en'
  }
  const render = (known: string, { source, head, show }: Shell): string => {
    const wanted = [
      source,
      ...(show?.ticketTypes.some((type) => type.seats) ? [seatMap] : []),
      `src/messages/${known}.json`,
    ]
    const parts = [
      before.replace('<html lang="en">', `<html lang="${known}">`),
      head?.(known) ?? plainHead.trim(),
      after,
    ]
    const page = parts.join('').replace('</head>', `  ${wanted.map(preloadOf).join('\n    ')}\n  </head>`)
    // A function, because text of organisers may hold what a replacement string would read as a
    // pattern. The data comes after the text: of a large hall it is half a megabyte, which nobody
    // should wait for to read a title.
    return show
      ? page.replace(
          '<div id="root"></div>',
          () =>
            `<div id="root">${showTextOf(show, known)}</div>\n    <script type="application/json" id="show-data">${scriptSafeJson(show)}</script>`,
        )
      : page
  }
  return { languageOf, render }
}

function filesOf(manifest: Record<string, Chunk>, source: string, found = new Set<string>()): Set<string> {
  const chunk = manifest[source]
  if (!chunk || found.has(chunk.file)) return found
  found.add(chunk.file)
  for (const imported of chunk.imports ?? []) filesOf(manifest, imported, found)
  return found
}
