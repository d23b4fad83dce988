// A disk of its own for the run's Postgres, which can be filled to the last block and emptied
// again. Needs the right to mount; without it there is none, and the run says so. Never fills the
// machine's own disk.
import { execFile } from 'node:child_process'
import { appendFile, mkdir, rm, statfs, truncate, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Disk {
  /**
   * Takes all the room that is left. To be called again while it is to stay full: the server frees
   * some now and then.
   */
  fill(): Promise<void>
  /** Gives the room back. */
  empty(): Promise<void>
  end(): Promise<void>
}

const gigabyte = 2 ** 30

/** A file system in a file, mounted at `directory`; null where that is not allowed. */
export async function makeDisk(directory: string, gigabytes: number): Promise<Disk | null> {
  if (process.platform !== 'linux' || userInfo().uid !== 0) return null
  const image = `${directory}.disk`
  const ballast = join(directory, 'ballast')
  try {
    await mkdir(directory, { recursive: true })
    await writeFile(image, '')
    // Sparse: it takes of the real disk what is written, and no more.
    await truncate(image, gigabytes * gigabyte)
    await run('mkfs.ext4', ['-q', '-F', '-m', '0', image])
    await run('mount', ['-o', 'loop', image, directory])
  } catch {
    // A container without the right to mount: the faults of a full disk are left out there.
    await rm(image, { force: true })
    return null
  }
  return {
    async fill() {
      const { bavail, bsize } = await statfs(directory)
      const most = bavail * bsize - 2 ** 20
      if (most > 0)
        await run('fallocate', ['-l', String(most), `${ballast}.${crypto.randomUUID()}`]).catch(
          () => undefined,
        )
      for (const chunk of [2 ** 16, bsize]) await appendUntilFull(`${ballast}.rest`, Buffer.alloc(chunk))
    },
    async empty() {
      await run('find', [directory, '-maxdepth', '1', '-name', 'ballast.*', '-delete'])
    },
    async end() {
      await run('umount', [directory]).catch(() => run('umount', ['-l', directory]))
      await rm(image, { force: true })
    },
  }
}

async function appendUntilFull(file: string, chunk: Buffer): Promise<void> {
  for (;;) {
    try {
      await appendFile(file, chunk)
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOSPC') return
      throw error
    }
  }
}
