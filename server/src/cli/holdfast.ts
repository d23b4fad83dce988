// `holdfast`: the one way in for people who run a shop, from a terminal, a container or a timer.
import { run } from './program.ts'

const code = await run(process.argv.slice(2))
// After `start` the shop runs on, and ends by a signal.
if (code !== null) process.exit(code)
