// Puts together what the container image holds: the built programs, the pages, Node, and the few
// packages that are not in the bundle. The embedded Postgres is not among them: an image is replaced
// at each upgrade, and a database should not live in it.
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const [out] = process.argv.slice(2)
if (!out) throw new Error('name the folder to fill')

/** Loaded by the bundle at run time. */
const outside = [
  '@expo-google-fonts/noto-sans',
  '@fastify/swagger-ui',
  '@fontsource/unifontex',
  '@nats-io/jetstream',
  '@nats-io/transport-node',
  '@zxcvbn-ts/core',
  '@zxcvbn-ts/language-common',
  'pdfkit',
]

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
}

/** Where Node finds a package that a folder asks for. */
function findPackage(name: string, from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name)
    if (existsSync(found)) return found
    if (folder === root) throw new Error(`${name} is not installed`)
  }
}

const copied = new Set<string>()
function copyPackage(name: string, from: string, to: string): void {
  const source = findPackage(name, from)
  if (copied.has(source)) return
  copied.add(source)
  cpSync(source, join(to, source.slice(root.length)), {
    recursive: true,
    dereference: true,
    filter: (path) => !/\.(?:map|md|d\.[cm]?ts)$/.test(path) && !/\/(?:test|tests|examples)$/.test(path),
  })
  const { dependencies = {} } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest
  for (const dependency of Object.keys(dependencies)) copyPackage(dependency, source, to)
}

for (const name of outside) copyPackage(name, root, out)
for (const part of ['dist', 'web/dist', 'LICENSE'])
  cpSync(join(root, part), join(out, part), { recursive: true, filter: (path) => !path.endsWith('.map') })

const { flags, environment } = JSON.parse(
  readFileSync(join(root, 'scripts', 'node-process.json'), 'utf8'),
) as {
  flags: readonly string[]
  environment: Readonly<Record<string, string>>
}
mkdirSync(join(out, 'bin'), { recursive: true })
cpSync(realpathSync(process.execPath), join(out, 'bin', 'node'))
const settings = Object.entries(environment).map(([name, value]) => `${name}=\${${name}-${value}}`)
writeFileSync(
  join(out, 'bin', 'holdfast'),
  `#!/bin/sh
# The program, with the settings of Node that keep it small.
export ${settings.join(' ')}
exec /opt/holdfast/bin/node ${flags.join(' ')} /opt/holdfast/dist/server/holdfast.js "$@"
`,
)
chmodSync(join(out, 'bin', 'holdfast'), 0o755)
