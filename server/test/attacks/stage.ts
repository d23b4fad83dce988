// A shop of its own for attacks: a real process with its own Postgres and sandbox, on free ports of
// this machine, with limits on as on the internet.
import { execFile, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../src/platform/process/ports.ts'
import { publishShow, signUp } from '../client.ts'
import { type ShopProcess, startShopProcess } from '../flows/shop-process.ts'
import { type Attack, type AttackReport, allOpened } from './attackers.ts'

const places = 1_000_000

export interface AttackUnderWay {
  /** Waits until all connections were open. An attack by calls opens none. */
  untilOpened(): Promise<unknown>
  /** Ends it and tells how it was answered. */
  stop(): Promise<AttackReport>
}

export interface Stage {
  readonly shop: ShopProcess
  readonly port: number
  readonly showId: string
  readonly ticketTypeId: string
  /** Memory of the shop's process. */
  residentMb(): number
  attack(attack: Pick<Attack, 'kind' | 'addresses' | 'count'>): AttackUnderWay
  /** What the auditor finds over all: the empty text when nothing. */
  audit(): Promise<string>
  stop(): Promise<void>
}

/** `flags` are Node's, for a shop that is run as `npm start` does. */
export async function startStage(
  environment: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-attacks-'))
  const port = await freePort()
  const settings = {
    PORT: String(port),
    SANDBOX_PORT: String(await freePort()),
    DATA_DIR: directory,
    RATE_LIMITS: 'on',
    AUDIT_SECONDS: '15',
    ...environment,
  }
  const shop = await startShopProcess(settings, { flags })
  const organiser = await signUp(shop.url)
  const show = await publishShow(organiser, {
    ticketTypes: [{ name: 'Standing', priceMinor: 4_500, capacity: places }],
    maxPerBuyer: 10_000,
  })
  const sale = { port, showId: show.id, ticketTypeId: show.ticketTypes[0]?.id ?? '' }
  return {
    shop,
    ...sale,
    residentMb: () => {
      const status = readFileSync(`/proc/${shop.pid}/status`, 'utf8')
      return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1_024)
    },
    attack(attack) {
      const asked = JSON.stringify({ ...sale, ...attack } satisfies Attack)
      const child = fork(join(import.meta.dirname, 'attackers.ts'), [asked], { execArgv: [] })
      const opened = Promise.withResolvers<void>()
      const ended = new Promise<AttackReport>((resolve, reject) => {
        child.on('message', (told) => {
          if (told === allOpened) return opened.resolve()
          resolve(told as AttackReport)
          child.disconnect()
        })
        child.once('error', reject)
        child.once('exit', (code) => reject(new Error(`the attackers ended by themselves (${code})`)))
      })
      return {
        untilOpened: () => Promise.race([opened.promise, ended]),
        stop() {
          child.send('stop')
          return ended
        },
      }
    },
    audit: () => runAudit(settings),
    async stop() {
      await shop.end('SIGTERM')
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function runAudit(settings: Readonly<Record<string, string>>): Promise<string> {
  const program = join(import.meta.dirname, '..', '..', 'src', 'cli', 'holdfast.ts')
  const env = { ...process.env, LOG_LEVEL: 'error', ...settings }
  return promisify(execFile)(process.execPath, [program, 'audit'], { env }).then(
    () => '',
    (error: Error & { stdout?: string }) => `${error.message}\n${error.stdout ?? ''}`,
  )
}
