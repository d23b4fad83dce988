// The commands of the guide for API users, run as a reader runs them: by a shell and curl, against
// a whole shop.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestShop, type TestShop } from '../shop.ts'

const guide = join(import.meta.dirname, '..', '..', '..', 'docs', 'guide', 'api.md')
const slowMs = 120_000

let shop: TestShop
let directory: string

beforeAll(async () => {
  shop = await startTestShop()
  directory = await mkdtemp(join(tmpdir(), 'holdfast-guide-'))
}, slowMs)

afterAll(async () => {
  await shop.stop()
  await rm(directory, { recursive: true, force: true })
})

test(
  'the commands of the guide sell, take the money, let a person in and refund',
  async () => {
    const blocks = [...(await readFile(guide, 'utf8')).matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(
      ([, text]) => text,
    )
    expect(blocks.length).toBeGreaterThanOrEqual(9)
    // The readers' Node is the one that runs this.
    const path = `${dirname(process.execPath)}:${process.env['PATH']}`
    const { stdout } = await promisify(execFile)('sh', ['-e', '-c', blocks.join('\necho\n')], {
      cwd: directory,
      env: { ...process.env, PATH: path, HOLDFAST: shop.url },
    })
    const answers = stdout.split('\n')
    const answersWith = (text: string) => answers.filter((answer) => answer.includes(text))
    expect(answersWith('urn:holdfast:problem')).toEqual([])
    expect(answersWith('"status":"authorized"')).toHaveLength(1)
    expect(answersWith('"code":')).toHaveLength(1)
    expect(answersWith('event: availability').length).toBeGreaterThan(0)
    expect(answersWith('"door":"North gate"')).toHaveLength(1)
    expect(answersWith("[ 'complete' ]")).toHaveLength(1)
    expect(answers.filter((answer) => answer === 'sold_out')).toHaveLength(1)
    expect(answersWith('"status":"succeeded"')).toHaveLength(1)
    expect(answersWith('"refundedMinor":500')).toHaveLength(1)
  },
  slowMs,
)
