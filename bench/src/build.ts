// Bundles the programs under load as the server is bundled, so that their memory and speed are
// those of the shop.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { bundle } from '../../scripts/bundle.ts'

const out = join(import.meta.dirname, '..', 'dist')

export const programs = {
  shop: join(out, 'shop', 'main.js'),
  fastify: join(out, 'fastify', 'main.js'),
  sandbox: join(out, 'sandbox', 'main.js'),
  load: join(import.meta.dirname, 'processes', 'load-process.ts'),
  baseline: join(import.meta.dirname, 'processes', 'baseline-process.ts'),
  lag: join(import.meta.dirname, 'processes', 'lag-process.ts'),
  listeners: join(import.meta.dirname, 'processes', 'listeners-process.ts'),
} as const

/**
 * With what the delivered programs are started: what keeps their memory small costs a little speed.
 */
export const started = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'scripts', 'node-process.json'), 'utf8'),
) as { readonly flags: readonly string[]; readonly environment: Readonly<Record<string, string>> }

export async function buildPrograms(): Promise<void> {
  rmSync(out, { recursive: true, force: true })
  const entryPoints = {
    'shop/main': 'bench/src/processes/shop-process.ts',
    'fastify/main': 'bench/src/processes/fastify-process.ts',
    'sandbox/main': 'sandbox/src/main.ts',
  }
  await bundle(out, entryPoints, { server: 'shop' })
}
