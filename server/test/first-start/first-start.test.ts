// A first start that is killed recovers at the next one. The long form, with 200 kill points, is
// part of `npm run proof`.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { killFirstStart, timeFirstStart } from './kill.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-first-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test('a first start that is killed while it makes its database, its schema or its demo starts again, and the demo is whole', async () => {
  const wholeMs = await timeFirstStart(join(directory, 'whole'))
  const points = [
    { share: 0.3, victim: 'all' },
    { share: 0.8, victim: 'shop' },
  ] as const
  for (const { share, victim } of points)
    await expect(
      killFirstStart(join(directory, String(share)), { afterMs: wholeMs * share, victim }),
    ).resolves.toBeUndefined()
}, 300_000)
