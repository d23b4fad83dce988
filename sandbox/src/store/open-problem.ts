// What is wrong with a store that cannot be opened, in one sentence with the file and the cure.
// Nothing is ever deleted here: a file that cannot be read may be the only copy.
import { type Stats, statSync } from 'node:fs'

export class StoreError extends Error {
  override readonly name = 'StoreError'
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new StoreError(
      `The sandbox's store ${path} cannot be read (${(error as Error).message}). Correct its rights or owner.`,
    )
  }
}

/**
 * SQLite takes a missing or empty file for a new store and drops the log beside it, which may hold
 * everything.
 */
export function checkFiles(path: string): void {
  const stat = statOf(path)
  if (stat !== undefined && !stat.isFile())
    throw new StoreError(
      `The sandbox's store ${path} is not a file. Move it away, or choose another DATA_DIR.`,
    )
  if (stat !== undefined && stat.size > 0) return
  const log = `${path}-wal`
  if ((statOf(log)?.size ?? 0) > 0) {
    throw new StoreError(
      `The sandbox's store ${path} is missing or empty, but its log ${log} holds data. Put the file back, or move the log away to start empty.`,
    )
  }
}

const BUSY = 5
const READ_ONLY = 8
const IO = 10
const CORRUPT = 11
const FULL = 13
const CANNOT_OPEN = 14
const NO_DATABASE = 26

/** The sentence for an error of SQLite; other errors come back as they are. */
export function explain(error: unknown, path: string): Error {
  const code = (error as { errcode?: number }).errcode
  const message = error instanceof Error ? error.message : String(error)
  const say = (cause: string, cure: string): StoreError =>
    new StoreError(`The sandbox's store ${path} ${cause} (${message}). ${cure}`, { cause: error })
  switch (code === undefined ? undefined : code & 0xff) {
    case BUSY:
      return say('is used by another sandbox', 'Stop that one, or choose another DATA_DIR.')
    case READ_ONLY:
      return say('cannot be written', 'Correct its rights or owner, or choose another DATA_DIR.')
    case FULL:
      return say('has no room left', 'Free space on its disk; nothing that was answered is lost.')
    case CANNOT_OPEN:
      return say(
        'cannot be opened',
        'Correct the rights of the file and its folder, or choose another DATA_DIR.',
      )
    case IO:
      return say('cannot be read or written', 'Check the disk; start again when it works.')
    case CORRUPT:
    case NO_DATABASE:
      return say(
        'is damaged',
        'Put a copy of it back, or move it and the files beside it away to start empty.',
      )
    default:
      return error instanceof Error ? error : new Error(message)
  }
}
