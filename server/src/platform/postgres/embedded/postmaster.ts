// The server that runs in a cluster, as its own pid file names it.
import { open, readFile, readlink, realpath, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { identityOf } from '../../process/process-identity.ts'
import { StartError } from '../../process/start-error.ts'

export interface Postmaster {
  readonly pid: number
  /** Tells it from a later process of the same number. */
  readonly identity: string
  readonly port: number
  /** False while it starts, recovers or stops. */
  readonly ready: boolean
}

const pidFileOf = (data: string) => join(data, 'postmaster.pid')

/**
 * The server of this cluster, or null. One that was killed may still be listed for a moment, and
 * does not answer any more. A pid file whose number belongs to another process by now is removed,
 * as Postgres would take that one for the server.
 */
export async function findPostmaster(data: string): Promise<Postmaster | null> {
  const text = await readFile(pidFileOf(data), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw new StartError(
      `${pidFileOf(data)} cannot be read: ${error.message}; give this user the right to read it`,
      {
        cause: error,
      },
    )
  })
  const [pidText = '', , , port, , , , status = ''] = text?.split('\n') ?? []
  const pid = Number.parseInt(pidText, 10)
  const identity = await identityOf(pid)
  if (identity === null) return null
  if (await isAnother(pid, data)) {
    await rm(pidFileOf(data), { force: true })
    return null
  }
  return { pid, identity, port: Number(port), ready: status.trim() === 'ready' }
}

/**
 * After a power cut or in a new container the number in the file may be another process's, even
 * another Postgres'. Only Linux tells what a process is, and where a server is at home; elsewhere
 * the file is believed.
 */
async function isAnother(pid: number, data: string): Promise<boolean> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
  if (name !== '' && !name.startsWith('postgres')) return true
  const home = await readlink(`/proc/${pid}/cwd`).catch(() => null)
  return home !== null && home !== (await realpath(data))
}

export function answersOn(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

const reasonMaxBytes = 16_384

/** The last thing that the server gave as a reason to end, from what it wrote behind `from`. */
export async function lastReason(logFile: string, from: number): Promise<string> {
  const handle = await open(logFile)
  try {
    const { size } = await handle.stat()
    const start = Math.max(from, size - reasonMaxBytes)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.max(size - start, 0)), 0, null, start)
    const lines = buffer.subarray(0, bytesRead).toString().split('\n')
    const isReason = (line: string) => /\b(?:FATAL|PANIC|could not)\b/.test(line)
    return (lines.findLast(isReason) ?? lines.findLast(Boolean) ?? 'it said nothing').trim()
  } finally {
    await handle.close()
  }
}
