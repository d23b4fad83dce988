// `npm run sim`: runs many seeds (`--seeds N`, `--from M`) or replays one with its story (`--seed
// N`, `--all` for every statement). A seed that fails is made smaller and shown.
import { parseArgs } from 'node:util'
import { makePlan } from './plan.ts'
import { breachOf, shrink } from './shrink.ts'
import { count, describePlan, describeTally, makeTally, storyOf } from './story.ts'
import { type RunOptions, type RunResult, run } from './world.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    all: { type: 'boolean', default: false },
  },
})

const say = (text: string) => process.stdout.write(`${text}\n`)

async function replay(seed: number): Promise<number> {
  say(describePlan(makePlan(seed)))
  const result = await runOrSay(seed, { keepTrace: true })
  for (const line of storyOf(result?.lines ?? [], values.all)) say(line)
  if (result)
    say(`seed ${seed}: hash ${result.hash}, ${result.events} events; ${result.breach ? 'BROKEN' : 'sound'}`)
  if (result && !result.breach) return 0
  await explain(seed)
  return 1
}

/** Null when the run threw. */
function runOrSay(seed: number, options: RunOptions = {}): Promise<RunResult | null> {
  return run(makePlan(seed), options).catch((error: unknown) => {
    say(`seed ${seed}: ${String(error)}`)
    return null
  })
}

async function explain(seed: number): Promise<void> {
  const breach = await breachOf(makePlan(seed))
  if (!breach) return
  say(`seed ${seed} breaks invariant ${breach.invariant}: ${breach.text}`)
  const small = await shrink(makePlan(seed), breach)
  say(`made smaller in ${small.runs} runs: invariant ${small.breach.invariant}: ${small.breach.text}`)
  say(describePlan(small.plan))
  // One that throws has no trace to show.
  if (small.breach.invariant === 0) return
  const { lines } = await run(small.plan, { keepTrace: true })
  for (const line of storyOf(lines)) say(line)
}

async function many(from: number, seeds: number): Promise<number> {
  const tally = makeTally()
  const broken: number[] = []
  const startedMs = performance.now()
  for (let seed = from; seed < from + seeds; seed += 1) {
    const result = await runOrSay(seed)
    if (result) count(tally, result)
    if (!result || result.breach) {
      broken.push(seed)
      // A story for the first ones; the others can be replayed by their number.
      if (broken.length <= 3) await explain(seed)
      else say(`seed ${seed} breaks: ${result?.breach?.text ?? 'it threw'}`)
    }
    if ((seed - from + 1) % 1_000 === 0) say(`${seed - from + 1} seeds, ${broken.length} broken`)
  }
  say(describeTally(tally))
  say(
    `${((performance.now() - startedMs) / seeds).toFixed(1)} ms a seed; broken: ${broken.length === 0 ? 'none' : broken.join(' ')}`,
  )
  return broken.length > 0 ? 1 : 0
}

process.exitCode =
  values.seed === undefined
    ? await many(Number(values.from), Number(values.seeds))
    : await replay(Number(values.seed))
