// The files of a data directory beside the database: secrets, accounts, pictures. Sealed with a
// passphrase, because a backup lies in more places than a shop.
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'

/**
 * The database is in the tables. The sandbox stands for the card processor, which is nobody's to
 * bring back.
 */
const notOurs = new Set(['postgres', 'sandbox', 'sandbox.db', 'sandbox.db-wal', 'sandbox.db-shm'])

export class WrongPassphrase extends Error {
  override readonly name = 'WrongPassphrase'

  constructor() {
    super('the passphrase does not open the secrets of this backup; nothing was changed')
  }
}

/** Paths of the files, relative to the data directory, with `/`. */
export async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    },
  )
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !notOurs.has(path.split('/')[0] ?? ''))
    .toSorted()
}

// 64 MB of memory and about a quarter of a second for each guess.
const scrypt = { N: 2 ** 16, r: 8, p: 1, maxmem: 128 * 1024 * 1024 }
const saltBytes = 16
const nonceBytes = 12
const tagBytes = 16

export interface Sealed {
  readonly path: string
  readonly content: string
}

/** All files as one sealed text: salt, nonce, tag, and what they hold. */
export async function sealFiles(
  directory: string,
  paths: readonly string[],
  passphrase: string,
): Promise<Buffer> {
  const files: Sealed[] = []
  for (const path of paths)
    files.push({ path, content: (await readFile(join(directory, path))).toString('base64') })
  const salt = randomBytes(saltBytes)
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, scrypt), nonce)
  const text = Buffer.concat([cipher.update(JSON.stringify(files), 'utf8'), cipher.final()])
  return Buffer.concat([salt, nonce, cipher.getAuthTag(), text])
}

/** @throws WrongPassphrase */
export function openFiles(sealed: Buffer, passphrase: string): readonly Sealed[] {
  const salt = sealed.subarray(0, saltBytes)
  const nonce = sealed.subarray(saltBytes, saltBytes + nonceBytes)
  const tag = sealed.subarray(saltBytes + nonceBytes, saltBytes + nonceBytes + tagBytes)
  const decipher = createDecipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, scrypt), nonce)
  decipher.setAuthTag(tag)
  try {
    const text = Buffer.concat([
      decipher.update(sealed.subarray(saltBytes + nonceBytes + tagBytes)),
      decipher.final(),
    ])
    return JSON.parse(text.toString('utf8')) as Sealed[]
  } catch (error) {
    throw error instanceof SyntaxError ? error : new WrongPassphrase()
  }
}

/** Those that are there already with another content, which a restore must not overwrite. */
export async function findOthers(directory: string, files: readonly Sealed[]): Promise<string[]> {
  const others: string[] = []
  for (const { path, content } of files) {
    const found = await readFile(join(directory, path), 'base64').catch(() => content)
    if (found !== content) others.push(path)
  }
  return others
}

export async function writeFiles(directory: string, files: readonly Sealed[]): Promise<void> {
  for (const { path, content } of files) {
    if (path.split('/').includes('..') || path.startsWith('/'))
      throw new Error(`a file of the backup lies outside of the data directory: ${path}`)
    const target = join(directory, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, Buffer.from(content, 'base64'), { mode: 0o600, flush: true })
  }
}
