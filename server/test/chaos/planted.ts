// Shows that the chaos run can fail: plants one fault after the other into the real code, in a copy
// of the project, and runs there until an invariant breaks. `node server/test/chaos/planted.ts
// [name …]`. Never touches the project itself.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Planted, plantedFaults } from './planted-faults.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const say = (text: string) => process.stdout.write(`${text}\n`)

function plant({ file, from, to }: Planted): string {
  const copy = mkdtempSync(join(tmpdir(), 'holdfast-planted-'))
  execFileSync('git', ['clone', '-q', root, copy])
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  const path = join(copy, file)
  const text = readFileSync(path, 'utf8')
  if (text.split(from).length !== 2)
    throw new Error(`${file} has changed: the fault does not find its place in it`)
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
  const options = [
    '--seconds',
    '25',
    '--kills',
    '8',
    '--require',
    'none',
    '--rest',
    '75',
    '--report',
    join(copy, 'report.html'),
  ]
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
for (const fault of plantedFaults.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  say(`${fault.name}: ${fault.story}`)
  say(`  ${hunt(fault)}`)
}
