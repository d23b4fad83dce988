// The table of addresses and pages, read out of `src/pages.ts`, where it is typed. The build writes
// it down for the shop, which serves the pages.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The source of each page, as the build's manifest names it, by its address in the form of the
 * server's router.
 */
export type PageTable = Readonly<Record<string, string>>

export function readPageTable(): PageTable {
  const text = readFileSync(join(import.meta.dirname, 'src', 'pages.ts'), 'utf8')
  const entries = [...text.matchAll(/'(\/[^']*)': \{\s*load: \(\) =>\s*import\('\.\/([^']+)'\)/g)]
  const imports = text.match(/\bimport\(/g) ?? []
  if (entries.length === 0 || entries.length !== imports.length)
    throw new Error('src/pages.ts has an entry that cannot be read')
  return Object.fromEntries(entries.map(([, path = '', file]) => [path.replaceAll('$', ':'), `src/${file}`]))
}
