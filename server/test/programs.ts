// Vitest's global setup: the shop's programs, bundled once as they are delivered. Tests start them
// dozens of times, and reading hundreds of source files each time would cost more than the rest.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { buildBrowserFiles } from '@holdfast/sandbox'
import { bundle } from '../../scripts/bundle.ts'

const root = join(import.meta.dirname, '..', '..')
const place = 'TEST_PROGRAMS'

export default async function setup(): Promise<() => Promise<void>> {
  // One of the projects in this run has built them already.
  if (process.env[place] !== undefined) return () => Promise.resolve()
  // Inside the project, so that what stays outside of a bundle is found.
  const out = join(root, 'dist', `tests-${crypto.randomUUID()}`)
  const entries = {
    'server/main': 'server/src/main.ts',
    'server/holdfast': 'server/src/cli/holdfast.ts',
    'sandbox/main': 'sandbox/src/main.ts',
  }
  await bundle(out, entries, { server: 'server' })
  await buildBrowserFiles(join(out, 'sandbox', 'browser'))
  process.env[place] = out
  return () => rm(out, { recursive: true, force: true })
}

/** Outside of Vitest, as in a long attack or kill test, the sources run. */
function programOf(bundled: string, source: string): string {
  const out = process.env[place]
  return out === undefined ? join(root, 'server', 'src', source) : join(out, 'server', bundled)
}

export const shopProgram = () => programOf('main.js', 'main.ts')
export const holdfastProgram = () => programOf('holdfast.js', join('cli', 'holdfast.ts'))
