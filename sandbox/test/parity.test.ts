// PARITY.md against the code and the tests that it is written from.
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parityPage, titlesIn } from '../scripts/parity.ts'

describe('the parity page', () => {
  it('is up to date; if not: npm run parity -w sandbox', async () => {
    expect(await readFile(new URL('../PARITY.md', import.meta.url), 'utf8')).toBe(parityPage())
  })

  it('finds the titles of every kind of test', () => {
    const source = [
      "it('alone', () => {})",
      "describe('a group', () => {",
      "  it('in it', () => {})",
      "  it.each([1, 2])('for each %s', () => {})",
      '  it.each(ROWS)(',
      "    'for a row $title',",
      '    () => {},',
      '  )',
      '})',
      'test("it\'s quoted", () => {})',
    ].join('\n')
    expect(titlesIn(source)).toEqual([
      'alone',
      'a group: in it',
      'a group: for each …',
      'a group: for a row …',
      "it's quoted",
    ])
  })
})
