// Finds the browser's files: built ones beside the built sandbox, else the sources, whose scripts
// are bundled when first asked for.
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The scripts: what they are called, and where each begins. */
const SCRIPTS: Record<string, string> = {
  'stripe.js': 'stripe/main.ts',
  'card-form.js': 'form/main.ts',
  'checkout.js': 'checkout/main.ts',
  'dashboard.js': 'dashboard/main.ts',
}
const PLAIN = [
  'card-form.html',
  'card-form.css',
  'challenge.css',
  'checkout.css',
  'dashboard.html',
  'dashboard.css',
]

// Beside dist/sandbox/main.js, from src/pages/, and from dist/sandbox/ to the sources, in this
// order.
const PLACES = ['./browser/', '../../browser/', '../../sandbox/browser/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
)
const bundles = new Map<string, Promise<string>>()

function findDirectory(): string {
  const found = PLACES.find((place) => existsSync(join(place, 'card-form.html')))
  if (found === undefined) throw new Error(`the browser's files are in none of ${PLACES.join(', ')}`)
  return found
}

async function bundle(entry: string): Promise<string> {
  const { build } = await import('esbuild')
  const built = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
  })
  return built.outputFiles[0]?.text ?? ''
}

export function browserFile(name: string): Promise<string> {
  const directory = findDirectory()
  const entry = SCRIPTS[name]
  if (entry === undefined || existsSync(join(directory, name))) return readFile(join(directory, name), 'utf8')
  const made = bundles.get(name) ?? bundle(join(directory, entry))
  bundles.set(name, made)
  return made
}

/**
 * Writes all files ready for use; a build puts them beside the bundled sandbox, which then needs
 * neither sources nor esbuild.
 */
export async function buildBrowserFiles(target: string): Promise<void> {
  const directory = findDirectory()
  await mkdir(target, { recursive: true })
  for (const name of PLAIN) await cp(join(directory, name), join(target, name))
  for (const [name, entry] of Object.entries(SCRIPTS))
    await writeFile(join(target, name), await bundle(join(directory, entry)))
}
