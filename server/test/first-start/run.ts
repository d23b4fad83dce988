// The long kill test of the first start: every part of it is hit, and every shop starts again.
// `--kills 200` by default.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { killFirstStart, timeFirstStart } from './kill.ts'

const { values } = parseArgs({ options: { kills: { type: 'string', default: '200' } } })
const kills = Number(values.kills)
const say = (text: string) => process.stdout.write(`${text}\n`)

async function inFreshDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-first-'))
  try {
    return await work(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const wholeMs = await inFreshDirectory(timeFirstStart)
say(`a first start takes ${Math.round(wholeMs)} ms; ${kills} are killed on their way`)
const failures: string[] = []
for (let kill = 0; kill < kills; kill += 1) {
  const point = {
    afterMs: Math.round((wholeMs * (kill + 0.5)) / kills),
    victim: kill % 2 === 0 ? 'all' : 'shop',
  } as const
  await inFreshDirectory((directory) => killFirstStart(directory, point)).catch((error: Error) => {
    failures.push(error.message)
    say(error.message)
  })
  if ((kill + 1) % 20 === 0) say(`${kill + 1} kills, ${kill + 1 - failures.length} shops that start`)
}
say(`${kills} kill points, ${kills - failures.length} shops that start`)
process.exitCode = failures.length === 0 ? 0 : 1
