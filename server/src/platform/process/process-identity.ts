// Tells a process from a later one that was given the same number.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { platform } from 'node:os'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * A text that no other process has had: its number, when it started, and since which boot that is
 * counted. Null when there is no such process, or only what is left of a dead one.
 */
export async function identityOf(pid: number): Promise<string | null> {
  if (!Number.isInteger(pid) || pid <= 0) return null
  const started = platform() === 'linux' ? await startOnLinux(pid) : await startElsewhere(pid)
  return started === null ? null : `${pid} ${started}`
}

/**
 * `/proc/PID/stat`: number (name) state …; the 22nd field is the start in ticks since the boot. A
 * name may hold anything.
 */
async function startOnLinux(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  const [state, ...fields] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  if (state === undefined || 'ZX'.includes(state)) return null
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  return `${fields[18]} ${boot.trim()}`
}

async function startElsewhere(pid: number): Promise<string | null> {
  return run('ps', ['-o', 'lstart=', '-p', String(pid)]).then(
    ({ stdout }) => stdout.trim() || null,
    () => null,
  )
}
