// Writes PARITY.md: what is emulated, by the tables of the code and by the titles of the tests that
// prove it. A test compares the page, so it cannot grow old.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { ROUTES } from '../src/api/routes.ts'
import { VERSION_CHANGES } from '../src/api/versions.ts'
import { TEST_CARDS } from '../src/cards/test-cards.ts'
import { FAULT_KINDS, WEBHOOK_FAULTS } from '../src/faults/kinds.ts'
import { ERROR_CASES } from '../test/error-cases.ts'

const PAGE = new URL('../PARITY.md', import.meta.url)
const TESTS = new URL('../test/', import.meta.url)
/** Not of the API: how the package is built, documented and kept. */
const OWN = new Set(['readme', 'parity', 'package'])

interface Proof {
  subject: string
  titles: string[]
}

/** The titles as they stand in a test file; a `describe` begins a group. */
export function titlesIn(source: string): string[] {
  let group = ''
  return [
    ...source.matchAll(
      /^( *)(describe|it|itLong|test)(?:\.each\([\s\S]*?\))?\(\s*(['"`])((?:\\.|(?!\3).)*)\3/gm,
    ),
  ].flatMap(([, indent = '', kind, , raw = '']) => {
    const title = raw.replaceAll(/\\(.)/g, '$1').replaceAll(/\$\{?[\w.]+\}?|%[sij]/g, '…')
    if (kind === 'describe') {
      group = title
      return []
    }
    return [indent === '' || group === '' ? title : `${group}: ${title}`]
  })
}

function proofs(): Proof[] {
  return globSync('*.test.ts', { cwd: TESTS })
    .toSorted()
    .filter((file) => !OWN.has(file.replace('.test.ts', '')))
    .map((file) => {
      const source = readFileSync(new URL(file, TESTS), 'utf8')
      return { subject: openingOf(source) ?? file, titles: titlesIn(source) }
    })
}

/** The comment that a file begins with, as one line. */
function openingOf(source: string): string | undefined {
  return /^((?:\/\/ .*\n)+)/
    .exec(source)?.[1]
    ?.replaceAll(/\n?\/\/ /g, ' ')
    .trim()
}

export function parityPage(): string {
  const routes = Object.entries(ROUTES).map(([name, { op }]) => `| \`${name}\` | \`${op}\` |`)
  const found = proofs()
  const count = found.reduce((sum, { titles }) => sum + titles.length, 0)
  return [
    '# Parity',
    '',
    'Written by `npm run parity -w sandbox` from the tables of the code and the titles of the tests.',
    'What is not here is refused: an unknown route with 404, an unknown parameter with 400.',
    '',
    `| ${Object.keys(ROUTES).length} | routes |`,
    '|---|---|',
    `| ${TEST_CARDS.length} | test cards |`,
    `| ${ERROR_CASES.length} | cases in the table of errors |`,
    `| ${FAULT_KINDS.length} and ${WEBHOOK_FAULTS.length} | faults of the API and of webhooks |`,
    `| ${VERSION_CHANGES.length} | differences between API versions |`,
    `| ${count} | groups of tests below |`,
    '',
    '## Routes',
    '',
    '| route | operation |',
    '|---|---|',
    ...routes,
    '',
    '## Behaviour, by test',
    ...found.flatMap(({ subject, titles }) => [
      '',
      `**${subject}**`,
      '',
      ...titles.map((title) => `- ${title}`),
    ]),
    '',
  ].join('\n')
}

if (import.meta.main) writeFileSync(PAGE, parityPage())
