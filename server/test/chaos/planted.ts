// Shows that the chaos run can fail: plants one fault after the other into the real code, in a copy of the project, and
// runs there until an invariant breaks. `node server/test/chaos/planted.ts [name …]`. Never touches the project itself.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Planted {
  readonly name: string
  /** What goes wrong, and in which race. */
  readonly story: string
  readonly file: string
  readonly from: string
  readonly to: string
}

const faults: readonly Planted[] = [
  {
    name: 'none',
    story: 'nothing is planted: the same run must find nothing',
    file: 'server/src/payments/processor.ts',
    from: '// The card processor through its own SDK',
    to: '// The card processor through its own SDK',
  },
  {
    name: 'forgotten-void',
    story: 'a claim is rejected, because another card or the timer was faster, and the authorization is not given back',
    file: 'server/src/payments/domain/decide.ts',
    from: `const facts = payment.claim === null ? giveBack(payment, command.reason, aroundOf(world, payment, now)) : []`,
    to: `const facts: PaymentFact[] = []`,
  },
  {
    name: 'new-key-each-time',
    story: 'the processor took the money, the answer was lost, and the shop asks again with another key',
    file: 'server/src/payments/processor.ts',
    from: `return toIntent(await stripe.paymentIntents.create(params, { idempotencyKey: key }))`,
    to: 'return toIntent(await stripe.paymentIntents.create(params, { idempotencyKey: `${key}:${Date.now()}` }))',
  },
  {
    name: 'mark-before-effect',
    story: 'a consumer remembers that it has read a page before it has handled it, and dies in between',
    file: 'server/src/platform/bus-postgres-consumer.ts',
    from: `        await handlePage(page.rows)`,
    to: `        await savePosition(connection, consumer, page.next)\n        await handlePage(page.rows)`,
  },
  {
    name: 'past-the-horizon',
    story: 'a consumer reads events beside transactions that are still running, and passes by what they commit later',
    file: 'server/src/platform/bus-postgres-store.ts',
    from: '`with horizon as (select pg_snapshot_xmin(pg_current_snapshot())',
    to: '`with horizon as (select pg_snapshot_xmax(pg_current_snapshot())',
  },
  {
    name: 'forgotten-answer',
    story: 'the answer to a hold is not kept under its key: asked again after a lost reply, a second order is made',
    file: 'server/src/platform/idempotency.ts',
    from: `if (answers.length === 0) return\n`,
    to: `if (answers.length >= 0) return\n`,
  },
  {
    name: 'answer-before-disk',
    story: 'orders are acknowledged before they are on the disk, and the database is killed',
    file: 'server/src/platform/db.ts',
    from: `    query_timeout: queryTimeoutMs,`,
    to: `    query_timeout: queryTimeoutMs,\n    options: '-c synchronous_commit=off',`,
  },
]

const root = join(import.meta.dirname, '..', '..', '..')
const say = (text: string) => process.stdout.write(`${text}\n`)

function plant({ file, from, to }: Planted): string {
  const copy = mkdtempSync(join(tmpdir(), 'holdfast-planted-'))
  execFileSync('git', ['clone', '-q', root, copy])
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  const path = join(copy, file)
  const text = readFileSync(path, 'utf8')
  if (text.split(from).length !== 2) throw new Error(`${file} has changed: the fault does not find its place in it`)
  writeFileSync(
    path,
    text.replace(from, () => to),
  )
  return copy
}

function hunt(fault: Planted): string {
  const copy = plant(fault)
  const startedMs = performance.now()
  const program = join(copy, 'server', 'test', 'chaos', 'run.ts')
  const options = ['--seconds', '25', '--kills', '8', '--require', 'none', '--rest', '75', '--report', join(copy, 'report.html')]
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, ...options, '--seed', '7'],
    {
      cwd: copy,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  )
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0)
  rmSync(copy, { recursive: true, force: true })
  const broken = [...stdout.matchAll(/^ {2}BROKEN {2}(.{8}) .*\n {12}(.*)/gm)].map(
    ([, which = '', first = '']) => `${which.trim()} (${first.slice(0, 110)})`,
  )
  if (broken.length > 0) return `found in ${seconds} s, by ${broken.join('; ')}`
  return status === 0 ? `nothing found in ${seconds} s` : `no verdict in ${seconds} s: ${stdout.slice(-600)}`
}

const wanted = process.argv.slice(2)
for (const fault of faults.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  say(`${fault.name}: ${fault.story}`)
  say(`  ${hunt(fault)}`)
}
