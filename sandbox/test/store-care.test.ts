// A start never deletes data: a store that cannot be used stops it with one sentence that names the
// file and the cure.
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../src/index.ts'
import { sdk, startCommand } from './harness.ts'

let dataDir: string
let store: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sandbox-care-'))
  store = join(dataDir, 'sandbox', 'sandbox.db')
})
afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true })
})

const start = (): Promise<Sandbox> => startSandbox({ port: 0, dataDir })

/**
 * A store with one customer, whose writes are all in the file or, after a kill, still in the log.
 */
async function fill(killed: boolean): Promise<void> {
  if (!killed) {
    const sandbox = await start()
    await sdk(sandbox.url).customers.create({ description: 'kept' })
    return sandbox.close()
  }
  const { child, url, ended } = await startCommand(dataDir, {
    url: 'http://127.0.0.1:9/hook',
    secret: 'whsec_x',
  })
  await sdk(url).customers.create({ description: 'kept' })
  child.kill('SIGKILL')
  await ended
}

async function customers(): Promise<unknown[]> {
  const sandbox = await start()
  try {
    return (await sdk(sandbox.url).customers.list()).data.map(({ description }) => description)
  } finally {
    await sandbox.close()
  }
}

interface Harm {
  title: string
  killed?: boolean
  harm(): Promise<unknown>
  /** What the sentence says beside the path. */
  says: string
}
const HARMS: Harm[] = [
  {
    title: 'of other bytes',
    harm: () => writeFile(store, 'not a database, but somebody wrote it'.repeat(50)),
    says: 'damaged',
  },
  {
    title: 'overwritten at its beginning',
    harm: async () =>
      writeFile(store, Buffer.concat([Buffer.alloc(200, 7), (await readFile(store)).subarray(200)])),
    says: 'damaged',
  },
  { title: 'cut off', harm: () => truncate(store, 5000), says: 'damaged' },
  { title: 'missing beside a log with data', killed: true, harm: () => rm(store), says: 'log' },
  { title: 'empty beside a log with data', killed: true, harm: () => truncate(store, 0), says: 'log' },
  {
    title: 'a folder',
    harm: async () => {
      await rm(store)
      await mkdir(store)
    },
    says: 'is not a file',
  },
  {
    title: 'a link in a circle',
    harm: async () => {
      await rm(store)
      await symlink(store, store)
    },
    says: 'cannot be read',
  },
  {
    title: 'of a newer version',
    harm: async () => {
      const db = new DatabaseSync(store)
      db.exec("update meta set value = '99' where name = 'schema'")
      db.close()
    },
    says: 'newer version',
  },
]

describe('a store', () => {
  it.each(HARMS)('$title stops the start and stays as it is', async ({ killed = false, harm, says }) => {
    await fill(killed)
    await harm()
    const before = await readFile(`${store}-wal`).catch(() => undefined)
    const bytes = await readFile(store).catch(() => undefined)
    const error = await start().then(
      async (sandbox) => {
        await sandbox.close()
        return new Error('it started')
      },
      (cause: unknown) => cause as Error,
    )
    expect(error.message).toContain(store)
    expect(error.message).toContain(says)
    expect(error.message).toMatch(/DATA_DIR|Put |Correct |Start that version/)
    expect(await readFile(store).catch(() => undefined)).toEqual(bytes)
    expect(await readFile(`${store}-wal`).catch(() => undefined)).toEqual(before)
  })

  it('in use by another sandbox is refused, and that one goes on', async () => {
    const first = await start()
    try {
      await sdk(first.url).customers.create({ description: 'kept' })
      await expect(start()).rejects.toThrow(/used by another sandbox.*DATA_DIR/)
      await sdk(first.url).customers.create({ description: 'more' })
    } finally {
      await first.close()
    }
    expect(await customers()).toEqual(['more', 'kept'])
  })

  it('in a folder that cannot be made says so', async () => {
    await writeFile(join(dataDir, 'sandbox'), 'a file')
    await expect(start()).rejects.toThrow(/cannot be made.*DATA_DIR/)
    expect((await stat(join(dataDir, 'sandbox'))).isFile()).toBe(true)
  })

  it('killed in the middle has everything at the next start', async () => {
    await fill(true)
    expect(await customers()).toEqual(['kept'])
  })

  it('left empty by a kill in the first start is simply new', async () => {
    await mkdir(join(dataDir, 'sandbox'))
    await writeFile(store, '')
    expect(await customers()).toEqual([])
  })

  it('of another key that is damaged says so in the answer, and leaves the others alone', async () => {
    const first = await start()
    await sdk(first.url, 'sk_test_other').customers.create({})
    await first.close()
    const keys = join(dataDir, 'sandbox', 'keys')
    const [folder = ''] = await readdir(keys)
    await writeFile(join(keys, folder, 'sandbox.db'), 'not a database'.repeat(100))
    const second = await start()
    try {
      await expect(sdk(second.url, 'sk_test_other').customers.list()).rejects.toThrow(/is damaged/)
      expect((await sdk(second.url).customers.list()).data).toEqual([])
    } finally {
      await second.close()
    }
  })
})
