// What every npm script begins with: installs what is missing, finds the right Node, builds what
// changed, runs the task. Plain JavaScript on purpose: on a fresh clone it runs on whatever Node
// the machine has.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const windows = process.platform === 'win32'
// How the project's processes are started: heap and allocator are kept small, which costs a little
// speed and saves half the memory.
const { flags, environment: small } = JSON.parse(
  readFileSync(join(root, 'scripts', 'node-process.json'), 'utf8'),
)

const hourOfChaos = '--seconds 3600 --kills 1000 --orders 100000 --buyers 400 --think 100'

/**
 * Each task: what must be built first, and what runs. `{node}` is the Node that the project runs
 * on.
 */
const tasks = {
  start: { build: ['server', 'web'], run: [['{node}', ...flags, 'dist/server/main.js']] },
  sandbox: { build: ['server'], run: [['{node}', ...flags, 'dist/sandbox/main.js']] },
  demo: { build: [], run: [['{node}', ...flags, 'server/src/boot/demo/tour.ts']] },
  // Every state is kept until the last was seen.
  model: { build: [], run: [['{node}', '--max-old-space-size=12000', 'server/test/model/run.ts']] },
  // Changes the code that guards money, place by place, and tells which changes no test noticed: an
  // hour or so.
  mutation: { build: [], run: [['{node}', 'scripts/mutation/run.ts']] },
  sim: { build: [], run: [['{node}', 'server/test/simulation/run.ts']] },
  bench: { build: ['server'], run: [['{node}', ...flags, 'bench/src/main.ts']] },
  // What it saw of every order and call is kept to the end.
  chaos: { build: [], run: [['{node}', '--max-old-space-size=8000', 'server/test/chaos/run.ts']] },
  // The long runs, one after another: hours. What one of them finds must not keep the others from
  // looking.
  proof: {
    build: ['server', 'web'],
    goesOn: true,
    needs: ['chromium', 'nats-server'],
    run: [
      ['{node}', 'node_modules/vitest/vitest.mjs', 'run', '--mode', 'long'],
      ['{node}', '--max-old-space-size=12000', 'server/test/model/run.ts'],
      ['{node}', 'server/test/simulation/run.ts', '--seeds', '100000'],
      ['{node}', 'server/test/first-start/run.ts', '--kills', '200'],
      ['{node}', '--max-old-space-size=8000', 'server/test/chaos/run.ts', ...hourOfChaos.split(' ')],
      [
        '{node}',
        '--max-old-space-size=8000',
        'server/test/chaos/run.ts',
        ...hourOfChaos.split(' '),
        '--bus',
        'nats',
      ],
    ],
  },
  audit: { build: [], run: [['{node}', ...flags, 'server/src/cli/holdfast.ts', 'audit']] },
  holdfast: { build: [], run: [['{node}', ...flags, 'server/src/cli/holdfast.ts']] },
  check: {
    build: [],
    run: [
      ['{node}', 'node_modules/@biomejs/biome/bin/biome', 'ci', '.'],
      ['{bin}/oxlint'],
      ['{bin}/tsc', '-p', '.'],
      ['{bin}/tsc', '-p', 'sandbox'],
      ['{bin}/tsc', '-p', 'web'],
      ['{node}', 'node_modules/knip/bin/knip.js'],
      ['{node}', 'node_modules/vitest/vitest.mjs', 'run', '--project', 'domain'],
    ],
  },
  test: {
    build: ['server', 'web'],
    needs: ['chromium', 'nats-server'],
    run: [
      ['{node}', 'node_modules/@biomejs/biome/bin/biome', 'ci', '.'],
      ['{bin}/oxlint'],
      ['{bin}/tsc', '-p', '.'],
      ['{bin}/tsc', '-p', 'sandbox'],
      ['{bin}/tsc', '-p', 'web'],
      ['{node}', 'node_modules/knip/bin/knip.js'],
      ['{node}', 'node_modules/vitest/vitest.mjs', 'run'],
    ],
  },
  screenshots: {
    build: ['server', 'web'],
    needs: ['chromium'],
    run: [['{node}', ...flags, 'web/scripts/screenshots.ts']],
  },
}

function say(text) {
  process.stdout.write(`${text}\n`)
}

function fail(text) {
  process.stderr.write(`${text}\n`)
  process.exit(1)
}

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

let interrupted = false
const lookForParentEveryMs = 250

function run(command, args, { environment = {}, hidden = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: hidden ? 'ignore' : 'inherit',
      env: { ...small, ...process.env, ...environment },
      shell: windows,
    })
    const forward = (signal) => {
      interrupted = true
      child.kill(signal)
    }
    // npm ends its shell on a signal, and not what runs in the shell: then our parent is another
    // process.
    const parent = process.ppid
    const orphaned = setInterval(() => {
      if (process.ppid !== parent && !interrupted) forward('SIGTERM')
    }, lookForParentEveryMs)
    process.on('SIGINT', forward)
    process.on('SIGTERM', forward)
    child.on('error', (error) => fail(`${command}: ${error.message}`))
    child.on('exit', (code, signal) => {
      clearInterval(orphaned)
      process.off('SIGINT', forward)
      process.off('SIGTERM', forward)
      resolve(signal ? 128 : (code ?? 1))
    })
  })
}

async function install() {
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
function findNode() {
  const own = join(root, 'node_modules', '.bin', windows ? 'node.exe' : 'node')
  const node = existsSync(own) ? own : process.execPath
  const found = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? ''
  if (Number.parseInt(found.slice(1), 10) < 24)
    fail(`Holdfast needs Node 24 or newer; this is ${found}. Install it from nodejs.org.`)
  return node
}

async function build(parts, node) {
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

/**
 * Programs that tests need and no package brings, each with the variable that may name one. As root
 * on Debian it is installed; elsewhere one line says what to do.
 */
const programs = {
  chromium: {
    variable: 'CHROMIUM_PATH',
    paths: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
    wants: 'The browser tests need Chromium',
  },
  'nats-server': {
    variable: 'NATS_SERVER_PATH',
    paths: ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'],
    wants: 'The tests of the broker need nats-server',
  },
}

async function need(name) {
  const { variable, paths, wants } = programs[name]
  const find = () => [process.env[variable], ...paths].find((path) => path && existsSync(path))
  if (!find() && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say(`Installing ${name} for the tests`)
    const environment = { DEBIAN_FRONTEND: 'noninteractive' }
    await run('apt-get', ['update', '-qq'], { hidden: true })
    await run('apt-get', ['install', '-y', '-qq', name], { hidden: true, environment })
  }
  return { [variable]: find() ?? fail(`${wants}: install it, or set ${variable} to its path.`) }
}

const [name, ...extra] = process.argv.slice(2)
const task = tasks[name]
if (!task) fail(`Unknown task ${name}. Choose from ${Object.keys(tasks).join(', ')}`)
await install()
const node = findNode()
// Whatever the task starts finds the same Node first.
const environment = { PATH: `${dirname(node)}${windows ? ';' : ':'}${process.env.PATH}` }
for (const program of task.needs ?? []) Object.assign(environment, await need(program))
await build(task.build, node)
const bin = join(root, 'node_modules', '.bin')
let failures = 0
for (const [index, line] of task.run.entries()) {
  const [command, ...args] = line.map((part) => part.replace('{node}', node).replace('{bin}', bin))
  const code = await run(command, index === task.run.length - 1 ? [...args, ...extra] : args, { environment })
  if (code !== 0 && (interrupted || !task.goesOn)) process.exit(code)
  if (code === 0) continue
  failures += 1
  say(`Failed: ${args.join(' ')}`)
}
if (failures > 0) fail(`${failures} of ${task.run.length} parts failed`)
