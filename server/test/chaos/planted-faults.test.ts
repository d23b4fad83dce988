// A fault that does not find its place any more shows nothing, and nobody would notice before the
// next hunt.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plantedFaults } from './planted-faults.ts'

const root = join(import.meta.dirname, '..', '..', '..')

test.each(plantedFaults)('the fault $name finds its place, and one only', ({ name, file, from, to }) => {
  expect(readFileSync(join(root, file), 'utf8').split(from)).toHaveLength(2)
  expect(to === from).toBe(name === 'none')
})
