// The programs of a run, bundled once as they are delivered: they are started dozens of times, and
// reading hundreds of source files each time would cost more than all the rest.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bundle } from '../../../scripts/bundle.ts'

export interface Programs {
  readonly shop: string
  readonly sandbox: string
  /** Loaded into the shop's processes before the shop. */
  readonly preload: string
  remove(): Promise<void>
}

export async function buildPrograms(): Promise<Programs> {
  // Inside the project, so that what stays outside of a bundle is found.
  const out = join(import.meta.dirname, '..', '..', '..', 'dist', `chaos-${crypto.randomUUID()}`)
  const entries = {
    'server/main': 'server/src/main.ts',
    'sandbox/main': 'sandbox/src/main.ts',
    preload: 'server/test/chaos/preload.ts',
  }
  await bundle(out, entries, { server: 'server' })
  return {
    shop: join(out, 'server', 'main.js'),
    sandbox: join(out, 'sandbox', 'main.js'),
    preload: join(out, 'preload.js'),
    remove: () => rm(out, { recursive: true, force: true }),
  }
}
