// What is made once and again when its sources change: packages, the server, the pages.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fail, root, run, say, windows } from './run.mjs'

function fingerprint(paths) {
  const hash = createHash('sha256')
  const add = (path) => {
    const stat = statSync(path)
    if (stat.isDirectory()) {
      for (const name of readdirSync(path).toSorted())
        if (name !== 'node_modules' && name !== 'dist' && name !== 'test') add(join(path, name))
    } else hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\0`)
  }
  for (const path of paths) if (existsSync(path)) add(path)
  return hash.digest('hex')
}

/** Runs `work` unless it ran for this same fingerprint before. */
async function once(name, stamp, work) {
  const stampFile = join(root, 'node_modules', '.holdfast', name)
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  await work()
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, stamp)
}

export async function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  await once('installed', lock, async () => {
    say('Installing packages (first start only, about a minute)')
    const code = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
    if (code !== 0) fail('Installing packages failed; see the npm output above.')
  })
}

/** Node 24 or newer: the one that came with the packages, else the machine's own. */
export function findNode() {
  const own = join(root, 'node_modules', '.bin', windows ? 'node.exe' : 'node')
  const node = existsSync(own) ? own : process.execPath
  const found = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? ''
  if (Number.parseInt(found.slice(1), 10) < 24)
    fail(`Holdfast needs Node 24 or newer; this is ${found}. Install it from nodejs.org.`)
  return node
}

export async function build(parts, node) {
  if (parts.includes('server')) {
    const sources = ['contract/src', 'server/src', 'sandbox', 'scripts/build.ts', 'scripts/bundle.ts'].map(
      (path) => join(root, path),
    )
    await once('built-server', fingerprint(sources), async () => {
      say('Building the server')
      if ((await run(node, ['scripts/build.ts'])) !== 0)
        fail('Building the server failed; see the output above.')
    })
  }
  if (parts.includes('web') && existsSync(join(root, 'web', 'vite.config.ts'))) {
    const sources = ['contract/src', 'web/src', 'web/public', 'web/index.html', 'web/vite.config.ts'].map(
      (path) => join(root, path),
    )
    await once('built-web', fingerprint(sources), async () => {
      say('Building the web pages')
      const code = await run(node, [
        join(root, 'node_modules', 'vite', 'bin', 'vite.js'),
        'build',
        'web',
        '--logLevel',
        'warn',
      ])
      if (code !== 0) fail('Building the web pages failed; see the output above.')
    })
  }
}
