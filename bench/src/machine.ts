// What the machine spends: processor time and resident memory of processes. Only Linux tells;
// elsewhere all is null.
import { readdir, readFile } from 'node:fs/promises'

/** A moment on the clock that all processes of this machine share. */
export const monotonicMs = () => Number(process.hrtime.bigint()) / 1e6

/** Processor time is told in hundredths of a second. */
const tickMs = 10

interface Stat {
  readonly parent: number
  readonly ownMs: number
  readonly reapedMs: number
}

async function readStat(pid: number | string): Promise<Stat | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (text === null) return null
  // The name before it may hold anything; what follows its closing bracket are numbers.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const ticks = (from: number) => ((fields[from] ?? 0) + (fields[from + 1] ?? 0)) * tickMs
  return { parent: fields[1] ?? 0, ownMs: ticks(11), reapedMs: ticks(13) }
}

/** Processor time of a process and all its children, those that ended included. */
export async function familyCpuMs(pid: number): Promise<number | null> {
  const head = await readStat(pid)
  if (!head) return null
  let sumMs = head.ownMs + head.reapedMs
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  for (const stat of await Promise.all(names.map(readStat))) if (stat?.parent === pid) sumMs += stat.ownMs
  return sumMs
}

/**
 * Watches the resident memory of a process until told to stop; tells the most it saw, in megabytes.
 */
export function watchMemory(pid: number): { stop(): number | null } {
  let mostKb = 0
  const look = async () => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    mostKb = Math.max(mostKb, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0))
  }
  const timer = setInterval(() => void look(), 200)
  void look()
  return {
    stop() {
      clearInterval(timer)
      return mostKb === 0 ? null : mostKb / 1024
    },
  }
}
