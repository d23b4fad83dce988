// Mutation testing of the code that guards money: `npm run mutation [-- GROUP... [--only GLOB]
// [--again]]`. Changes the code in one place at a time, runs the tests, and prints the score of
// each file and the changes that no test noticed.
import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'
import { type GroupName, groups, groupVariable, isGroupName } from './groups.ts'

type Mutant = Awaited<ReturnType<Stryker['runMutationTest']>>[number]

/** Of every hundred mutants so many must be noticed. */
const least = 85
const workers = 2

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** A glob of files, or `file:from-to` lines, instead of the whole group. */
    only: { type: 'string', multiple: true },
    /** Take over what the last run found of code and tests that did not change. */
    again: { type: 'boolean', default: false },
    workers: { type: 'string', default: String(workers) },
  },
})

async function runGroup(name: GroupName): Promise<Mutant[]> {
  const group = groups[name]
  process.env[groupVariable] = name
  const directory = `data/mutation/${name}`
  const stryker = new Stryker({
    mutate: [...(values.only ?? group.mutate)],
    testRunner: 'vitest',
    plugins: [import.meta.resolve('@stryker-mutator/vitest-runner')],
    vitest: { configFile: 'scripts/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    concurrency: Number(values.workers),
    tempDirName: `${directory}/sandbox`,
    ignorePatterns: ['**', '!contract/**', '!sandbox/**', '!scripts/**', '!server/**', '!*.json', '**/dist'],
    reporters: ['html', 'json', 'dots'],
    htmlReporter: { fileName: `${directory}/report.html` },
    jsonReporter: { fileName: `${directory}/report.json` },
    incremental: values.again,
    incrementalFile: `${directory}/last.json`,
    // A mutant that goes round for ever is found by counting; this is for one that waits for ever,
    // also on a busy machine.
    timeoutMS: 60_000,
    disableTypeChecks: false,
    allowConsoleColors: false,
  })
  return stryker.runMutationTest()
}

/**
 * A file of tests that cannot even be collected has noticed as well: it makes its states with the
 * code that was changed.
 */
const isNoticed = ({ status, statusReason }: Mutant) =>
  status === 'Killed' ||
  status === 'Timeout' ||
  (status === 'RuntimeError' && /outside of a test run/.test(statusReason ?? ''))
const isMissed = ({ status }: Mutant) => status === 'Survived' || status === 'NoCoverage'

function scoreOf(mutants: readonly Mutant[]): number {
  const noticed = mutants.filter(isNoticed).length
  const missed = mutants.filter(isMissed).length
  return noticed + missed === 0 ? 100 : (100 * noticed) / (noticed + missed)
}

function report(mutants: readonly Mutant[]): void {
  const missed = mutants.filter(isMissed)
  for (const { fileName, location, mutatorName, replacement, status } of missed)
    console.log(
      `${relative('', fileName)}:${location.start.line}:${location.start.column} ${status} ${mutatorName}: ${replacement}`,
    )
  const byFile = Map.groupBy(mutants, ({ fileName }) => relative('', fileName))
  const files = [...byFile].toSorted(([one], [other]) => one.localeCompare(other))
  for (const [fileName, ofFile] of [...files, ['all', mutants] as const])
    console.log(
      `${scoreOf(ofFile).toFixed(1).padStart(5)} %  ${ofFile.filter(isMissed).length}/${ofFile.length} missed  ${fileName}`,
    )
}

const names = positionals.length > 0 ? positionals.filter(isGroupName) : (Object.keys(groups) as GroupName[])
const scores: number[] = []
for (const name of names) {
  const mutants = await runGroup(name)
  console.log(`\n${name}`)
  report(mutants)
  scores.push(scoreOf(mutants))
}
if (scores.some((score) => score < least)) process.exitCode = 1
