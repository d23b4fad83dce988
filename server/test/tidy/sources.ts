// The tracked files of the repository, and what each imports: by name for packages, by the path
// from the root for files.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

export const root = join(import.meta.dirname, '..', '..', '..')

const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)))
export const texts: ReadonlyMap<string, string> = new Map(
  tracked
    .filter((path) => !/\.(png|jpe?g|ico|woff2?|ttf|webp|pdf)$/.test(path))
    .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
)
export const textOf = (path: string): string => texts.get(path) ?? ''

export const isTest = (path: string): boolean =>
  /\.test\.tsx?$/.test(path) || path.startsWith('server/test/') || path.startsWith('sandbox/test/')
export const sources = [...texts.keys()].filter((path) => /\.(ts|tsx|mjs|sql)$/.test(path))
export const code = sources.filter((path) => !path.endsWith('.sql'))
/** What is delivered or runs it: no tests, no fakes. */
export const production = code.filter((path) => !isTest(path) && !/^(web|sandbox)\/test\//.test(path))

/** Also what is imported for its types only, and what is imported later. */
export function importsOf(path: string): string[] {
  const found = textOf(path).matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'"\n;]*?(?:\n[^'"\n;]*?)*?\bfrom\s+['"]([^'"]+)['"]|\bimport\(\s*['"`]([^'"`]+)['"`]|(?:^|\n)import\s+['"]([^'"]+)['"]/g,
  )
  return [...found].map(([, from, dynamic, bare]) => {
    const name = from ?? dynamic ?? bare ?? ''
    return name.startsWith('.') ? normalize(join(dirname(path), name)) : name
  })
}
