// The passphrase of a backup's secrets: from the environment, from a file, or from the person at
// the terminal.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { leastPassphrase } from '../config/backup.ts'
import { Misuse } from './output.ts'

export interface PassphraseSources {
  readonly passphraseFile?: string
  readonly withoutSecrets?: boolean
}

/** Null when the secrets are to be left out. */
export async function readPassphrase(
  { passphraseFile, withoutSecrets = false }: PassphraseSources,
  environment: NodeJS.ProcessEnv,
): Promise<string | null> {
  if (withoutSecrets) return null
  const { BACKUP_PASSPHRASE: given, BACKUP_PASSPHRASE_FILE: file = passphraseFile } = environment
  const text = passphraseFile === undefined && given ? given : file ? readFileSync(file, 'utf8').trim() : ''
  const passphrase = text === '' ? await ask() : text
  if (passphrase.length >= leastPassphrase) return passphrase
  throw new Misuse(
    `the secrets of a backup need a passphrase of at least ${leastPassphrase} characters: set BACKUP_PASSPHRASE or ` +
      'BACKUP_PASSPHRASE_FILE, name a --passphrase-file, or leave the secrets out with --without-secrets',
  )
}

async function ask(): Promise<string> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return ''
  process.stderr.write('Passphrase of the backup (not shown): ')
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true })
  try {
    return (await reader.question('')).trim()
  } finally {
    reader.close()
    process.stderr.write('\n')
  }
}
