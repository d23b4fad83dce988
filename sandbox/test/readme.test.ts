// The README's tables against the code: every test card, every fault and every control has its row.
import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { TEST_CARDS } from '../src/cards/test-cards.ts'
import { FAULT_KINDS, WEBHOOK_FAULTS } from '../src/faults/kinds.ts'

let readme: string
beforeAll(async () => {
  readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
})

describe('the README', () => {
  it('has every test card, and no other', () => {
    const rows = readme
      .split('\n')
      .flatMap((line) => /^\| (\d{12,19}) \| `pm_card_(\w+)` \|/.exec(line)?.slice(1, 3).join(' ') ?? [])
    expect(rows).toEqual(TEST_CARDS.map(({ number, key }) => `${number} ${key}`))
  })

  it('has every fault', () => {
    expect([...FAULT_KINDS, ...WEBHOOK_FAULTS].filter((kind) => !readme.includes(`\`${kind}\``))).toEqual([])
  })
})
