// The package of its own: packed, installed offline into an empty folder, and the newcomer's steps
// of the README run as they stand there. The examples that this machine can run are run against it.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const sandbox = fileURLToPath(new URL('..', import.meta.url))
// npm and npx run on the Node that runs this test, and never ask a registry.
const environment = {
  ...process.env,
  PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
  npm_config_offline: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
}

/** npm takes its time on a busy machine. */
const SLOW_MS = 240_000
const TARBALL = 'holdfast-sandbox-0.1.0.tgz'

let folder: string
let port: number
let hookPort: number
const children: ChildProcess[] = []

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: free } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return free
}

/** A command of the README in the trial's folder, with free ports in place of the usual ones. */
function withPorts(text: string): string {
  return text.replaceAll('12111', String(port)).replaceAll('4000', String(hookPort))
}

interface Running {
  child: ChildProcess
  /** Settles when the output has what fits. */
  says(pattern: RegExp): Promise<string>
}

function run(command: string): Running {
  const child = spawn('sh', ['-c', `exec ${command}`], {
    cwd: folder,
    env: { ...environment, SANDBOX_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let text = ''
  const waiting = new Set<() => void>()
  const hear = (chunk: Buffer): void => {
    text += String(chunk)
    for (const look of waiting) look()
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  return {
    child,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(text)?.[0]
          if (found !== undefined) resolve(found)
        }
        waiting.add(look)
        child.once('exit', (code) => reject(new Error(`${command} ended with ${code}: ${text}`)))
        look()
      }),
  }
}

/**
 * The blocks of code under the newcomer's heading, without the indent of the list that they stand
 * in.
 */
async function blocks(): Promise<string[]> {
  const readme = await readFile(join(sandbox, 'README.md'), 'utf8')
  const section = /## Two minutes[\s\S]*?\n## /.exec(readme)?.[0] ?? ''
  return [...section.matchAll(/^ {3}```\w+\n([\s\S]*?)^ {3}```/gm)].map(([, text = '']) =>
    withPorts(text.replaceAll(/^ {3}/gm, '')),
  )
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-trial-'))
  port = await freePort()
  hookPort = await freePort()
  execFileSync('npm', ['pack', '--pack-destination', folder], {
    cwd: sandbox,
    env: environment,
    stdio: 'ignore',
  })
}, SLOW_MS)
afterAll(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  await rm(folder, { recursive: true, force: true })
})

describe('a newcomer', () => {
  it(
    'pays with 3-D Secure and hears of it, by the steps of the README',
    async () => {
      const [start = '', receive = '', pay = ''] = await blocks()
      const [install = '', launch = ''] = start.trim().split('\n')
      execFileSync('sh', ['-c', install], { cwd: folder, env: environment, stdio: 'ignore' })
      // One package, and nothing beside it.
      const installed = (await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'))
      expect(installed).toEqual(['@holdfast'])
      await writeFile(join(folder, 'receive.mjs'), receive)
      await writeFile(join(folder, 'pay.mjs'), pay)
      const server = run(launch)
      await server.says(new RegExp(`ready at http://127\\.0\\.0\\.1:${port}`))
      const receiver = run('node receive.mjs')
      await receiver.says(/listening/)
      const payer = run('node pay.mjs')
      await payer.says(/requires_action http:\S+\/_sandbox\/3ds\/pi_/)
      await payer.says(/succeeded/)
      await receiver.says(/signed payment_intent\.succeeded pi_/)
    },
    SLOW_MS,
  )

  it.each(['curl.sh', 'node.mjs'])('runs the example %s', async (file) => {
    // The SDK is the one of the checkout: the machine of a test may have no registry.
    const command = file.endsWith('.sh') ? ['sh'] : [process.execPath]
    const output = execFileSync(command[0] ?? '', [join(sandbox, 'examples', file)], {
      env: { ...environment, SANDBOX_URL: `http://localhost:${port}` },
      encoding: 'utf8',
    })
    expect(output).toMatch(/^paid pi_\w+\nrefund succeeded\n$/)
  })

  it('uses the module inside a program of their own', () => {
    const script = `
      import { startSandbox } from '@holdfast/sandbox/embed'
      const sandbox = await startSandbox({ port: 0, dataDir: './embedded' })
      const response = await fetch(sandbox.url + '/_sandbox/health')
      const page = await fetch(sandbox.url + '/stripe.js')
      console.log((await response.json()).status, page.status)
      await sandbox.close()`
    const output = execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(output).toBe('ok 200\n')
  })
})

it(
  'runs straight from the tarball by npx',
  async () => {
    // Not within the trial's folder, which has the package installed already.
    const empty = await mkdtemp(join(tmpdir(), 'sandbox-npx-'))
    await copyFile(join(folder, TARBALL), join(empty, TARBALL))
    const npx = (...args: string[]): string => {
      const { stdout, stderr } = spawnSync('npx', ['--yes', `./${TARBALL}`, ...args], {
        cwd: empty,
        env: environment,
        encoding: 'utf8',
      })
      return stdout + stderr
    }
    try {
      expect(npx('--help')).toContain('--webhook URL')
      expect(npx('--prot', '5')).toContain("Unknown option '--prot'")
      expect(npx('--port', 'x')).toContain('SANDBOX_PORT must be a port number')
      expect(npx('--webhook', 'http://localhost:1/x')).toContain(
        'SANDBOX_WEBHOOK_URL and SANDBOX_WEBHOOK_SECRET go together',
      )
    } finally {
      await rm(empty, { recursive: true, force: true })
    }
  },
  SLOW_MS,
)
