// The file of a backup: parts one after another, then the manifest, its length, and a hash of
// everything before. One byte that differs, or an end that is missing, and the file is refused
// before anything is written. Not a tar: that wants each part's length before its bytes.
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdCompress, createZstdDecompress } from 'node:zlib'
import type { Sequence, Table } from './tables.ts'

const magic = Buffer.from('holdfast backup 1\n')
const hashBytes = 32
const lengthBytes = 8

export interface Part {
  readonly name: string
  readonly offset: number
  readonly bytes: number
  readonly sha256: string
}

export interface Manifest {
  readonly takenAt: string
  /** Of Holdfast. */
  readonly version: string
  readonly epoch: string
  readonly postgres: string
  readonly migrations: readonly {
    readonly schema: string
    readonly name: string
    readonly checksum: string
  }[]
  readonly tables: readonly (Table & { readonly rows: number })[]
  readonly sequences: readonly Sequence[]
  /** Files of the data directory, sealed. Null: the backup was taken without them. */
  readonly files: readonly string[] | null
  readonly parts: readonly Part[]
}

export class DamagedBackup extends Error {
  override readonly name = 'DamagedBackup'
}

export interface ArchiveWriter {
  /** Compresses a stream into a part of its own. */
  add(name: string, content: Readable): Promise<void>
  /** Writes the manifest, and gives the file its name. */
  finish(manifest: Omit<Manifest, 'parts'>): Promise<{ readonly bytes: number }>
  /** Removes what was written. */
  abandon(): Promise<void>
}

/** Nobody sees a backup under its name before it is whole and on the disk. */
export async function createArchive(file: string): Promise<ArchiveWriter> {
  await refuseExisting(file)
  const partial = `${file}.partial`
  // Never a file that is there: it may be a backup under way, or somebody's own.
  const handle = await open(partial, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
    throw new Error(
      `${partial} is there: a backup under way, or one that was cut short. Remove it, or name another file`,
    )
  })
  const whole = createHash('sha256')
  const parts: Part[] = []
  let position = 0
  const write = async (bytes: Buffer, hashes: readonly Hash[]) => {
    for (const hash of hashes) hash.update(bytes)
    await handle.writeFile(bytes)
    position += bytes.length
  }
  await write(magic, [whole])
  return {
    async add(name, content) {
      const offset = position
      const own = createHash('sha256')
      await pipeline(content, createZstdCompress(), async (compressed: AsyncIterable<Buffer>) => {
        for await (const bytes of compressed) await write(bytes, [whole, own])
      })
      parts.push({ name, offset, bytes: position - offset, sha256: own.digest('hex') })
    },
    async finish(manifest) {
      const text = Buffer.from(JSON.stringify({ ...manifest, parts }))
      const length = Buffer.alloc(lengthBytes)
      length.writeBigUInt64BE(BigInt(text.length))
      await write(text, [whole])
      await write(length, [whole])
      await write(whole.digest(), [])
      await handle.sync()
      await handle.close()
      await refuseExisting(file)
      await rename(partial, file)
      await syncFolder(dirname(file))
      return { bytes: position }
    },
    async abandon() {
      await handle.close().catch(() => undefined)
      await rm(partial, { force: true })
    },
  }
}

/** Only a file that is not there may be written; what cannot be looked at may be there. */
async function refuseExisting(file: string): Promise<void> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (found) throw new Error(`${file} is there already; name another file`)
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

export interface Archive {
  readonly manifest: Manifest
  /** The content of a part, as it was added. */
  read(name: string): Readable
}

/**
 * Opens a backup once all of it was read and found whole.
 *
 * @throws DamagedBackup
 */
export async function openArchive(file: string): Promise<Archive> {
  const handle = await open(file).catch((error: Error) => {
    throw new Error(`the backup cannot be read: ${error.message}`, { cause: error })
  })
  try {
    const { size } = await handle.stat()
    await verify(file, size)
    const manifest = await readManifest(handle, size)
    const parts = new Map(manifest.parts.map((part) => [part.name, part]))
    return {
      manifest,
      read(name) {
        const part = parts.get(name)
        if (!part) throw new DamagedBackup(`the backup has no ${name}`)
        const { offset, bytes } = part
        const compressed = createReadStream(file, { start: offset, end: offset + bytes - 1 })
        const content = createZstdDecompress()
        compressed.on('error', (error) => content.destroy(error))
        return compressed.pipe(content)
      },
    }
  } finally {
    await handle.close()
  }
}

const damaged = (file: string, how: string) =>
  new DamagedBackup(`${file} is ${how}; nothing was changed. Take another backup`)

async function verify(file: string, size: number): Promise<void> {
  const end = size - hashBytes
  if (end < magic.length + lengthBytes) throw damaged(file, 'no backup of Holdfast, or was cut short')
  const whole = createHash('sha256')
  let start = Buffer.alloc(0)
  for await (const bytes of createReadStream(file, { end: end - 1 })) {
    if (start.length < magic.length) start = Buffer.concat([start, bytes as Buffer])
    whole.update(bytes as Buffer)
  }
  if (!start.subarray(0, magic.length).equals(magic)) throw damaged(file, 'no backup of Holdfast')
  const told: Buffer[] = []
  for await (const bytes of createReadStream(file, { start: end })) told.push(bytes as Buffer)
  if (!Buffer.concat(told).equals(whole.digest())) throw damaged(file, 'damaged or was cut short')
}

async function readManifest(handle: FileHandle, size: number): Promise<Manifest> {
  const length = Buffer.alloc(lengthBytes)
  await handle.read(length, 0, lengthBytes, size - hashBytes - lengthBytes)
  const bytes = Number(length.readBigUInt64BE())
  const text = Buffer.alloc(bytes)
  await handle.read(text, 0, bytes, size - hashBytes - lengthBytes - bytes)
  return JSON.parse(text.toString('utf8')) as Manifest
}
