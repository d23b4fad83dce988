// Explores scopes by name and prints what came of it: node server/test/model/run.ts --scope NAME (or several, or all).
import { parseArgs } from 'node:util'
import { storyOf } from './explorer.ts'
import { exploreScope } from './machine.ts'
import { longScopes, quickScopes, type Scope } from './scopes.ts'

const known: Record<string, Scope> = { ...quickScopes, ...longScopes }
const { values } = parseArgs({ options: { scope: { type: 'string', multiple: true }, coverage: { type: 'boolean' } } })
const names = values.scope ?? Object.keys(known)
for (const name of names) {
  const scope = known[name]
  if (!scope) throw new Error(`no scope ${name}; there are ${Object.keys(known).join(', ')}`)
  const { states, transitions, atRest, depth, seconds, breach, coverage } = exploreScope(scope)
  const size = `${states} states, ${transitions} transitions, ${atRest} at rest, depth ${depth}, ${seconds.toFixed(1)} s`
  process.stdout.write(`${name} (${scope.title}): ${size}\n`)
  if (values.coverage) for (const kind of coverage.kinds()) process.stdout.write(`  ${kind}: ${coverage.of(kind).join(' | ')}\n`)
  if (breach) {
    process.stdout.write(`${storyOf(breach, scope.begin)}\n`)
    process.exitCode = 1
  }
}
