// Explores scopes and prints what came of it: `--scope NAME` once or more, else all that are known
// to come to an end. The largest needs a heap of 6 GB.
import { parseArgs } from 'node:util'
import { storyOf } from './explorer.ts'
import { exploreScope } from './machine.ts'
import { endlessScopes, longScopes, quickScopes, type Scope } from './scopes.ts'

const usual: Record<string, Scope> = { ...quickScopes, ...longScopes }
const known: Record<string, Scope> = { ...usual, ...endlessScopes }
const { values } = parseArgs({
  options: { scope: { type: 'string', multiple: true }, coverage: { type: 'boolean' } },
})
const names = values.scope ?? Object.keys(usual)
for (const name of names) {
  const scope = known[name]
  if (!scope) throw new Error(`no scope ${name}; there are ${Object.keys(known).join(', ')}`)
  const { states, transitions, atRest, depth, seconds, breach, coverage } = exploreScope(scope)
  const size = `${states} states, ${transitions} transitions, ${atRest} at rest, depth ${depth}, ${seconds.toFixed(1)} s`
  process.stdout.write(`${name} (${scope.title}): ${size}\n`)
  if (values.coverage)
    for (const kind of coverage.kinds()) process.stdout.write(`  ${kind}: ${coverage.of(kind).join(' | ')}\n`)
  if (breach) {
    process.stdout.write(`${storyOf(breach, scope.begin)}\n`)
    process.exitCode = 1
  }
}
