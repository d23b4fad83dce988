// The shop's program as it is and as a next version might be: some of its sources are read with a
// change when it is bundled. A change whose place is not found fails, so a test never runs one
// version twice.
import { readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'esbuild'
import { bundle } from '../../../scripts/bundle.ts'

const root = join(import.meta.dirname, '..', '..', '..')

/** A file by its path in the project, and what is put in place of what. */
export type Changes = Readonly<Record<string, readonly (readonly [found: string, put: string])[]>>

/** What a version has that today's has not. */
export interface Version {
  readonly changes?: Changes
  /** `orders/0099_name.sql` and its text. */
  readonly migrations?: Readonly<Record<string, string>>
}

export interface Program {
  readonly path: string
  /** Adds migrations to those that it brings. */
  addMigrations(migrations: Readonly<Record<string, string>>): Promise<void>
  remove(): Promise<void>
}

/** Bundles the shop as the next start of it would run. */
export async function buildProgram({ changes = {}, migrations = {} }: Version = {}): Promise<Program> {
  // Inside the project, so that what stays outside of a bundle is found.
  const out = join(root, 'dist', `version-${crypto.randomUUID()}`)
  const left = new Set(Object.keys(changes))
  const change: Plugin = {
    name: 'version',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const name = path.slice(root.length + 1)
        const wanted = changes[name]
        if (!wanted) return null
        left.delete(name)
        return { contents: changed(name, wanted), loader: 'ts' }
      })
    },
  }
  await bundle(out, { 'server/main': 'server/src/main.ts' }, { server: 'server', plugins: [change] })
  if (left.size > 0) throw new Error(`not part of the program: ${[...left].join(', ')}`)
  const addMigrations: Program['addMigrations'] = async (added) => {
    for (const [name, text] of Object.entries(added)) {
      const [schema = '', file = ''] = name.split('/')
      await mkdir(join(out, 'server', schema, 'migrations'), { recursive: true })
      await writeFile(join(out, 'server', schema, 'migrations', file), text)
    }
  }
  await addMigrations(migrations)
  return {
    path: join(out, 'server', 'main.js'),
    addMigrations,
    remove: () => rm(out, { recursive: true, force: true }),
  }
}

function changed(name: string, changes: Changes[string] = []): string {
  return changes.reduce(
    (text, [found, put]) => {
      const parts = text.split(found)
      if (parts.length !== 2) throw new Error(`${name} has “${found}” ${parts.length - 1} times`)
      return parts.join(put)
    },
    readFileSync(join(root, name), 'utf8'),
  )
}
