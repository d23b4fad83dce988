// Builds the package into dist/: the command and the module as one file each, with the browser's
// files beside them. It needs no other package at run time.
import { copyFile, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { buildBrowserFiles } from '../src/index.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

await rm(at('../dist'), { recursive: true, force: true })
await build({
  entryPoints: { main: at('../src/main.ts'), index: at('../src/index.ts') },
  outdir: at('../dist'),
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // What both share is one file; names stay readable in stack traces.
  splitting: true,
  minifyWhitespace: true,
  // Only a checkout bundles the browser's files when they are asked for.
  external: ['esbuild'],
  logLevel: 'warning',
})
await copyFile(at('command.js'), at('../dist/command.js'))
await copyFile(at('../../LICENSE'), at('../dist/LICENSE'))
await buildBrowserFiles(at('../dist/browser'))
