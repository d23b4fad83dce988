// What every npm script begins with: installs what is missing, finds the right Node, builds what
// changed, runs the task. Plain JavaScript on purpose: on a fresh clone it runs on whatever Node
// the machine has.
import { dirname, join } from 'node:path'
import { build, findNode, install } from './launch/prepare.mjs'
import { need } from './launch/programs.mjs'
import { fail, root, run, say, wasInterrupted, windows } from './launch/run.mjs'
import { tasks } from './launch/tasks.mjs'

const [name, ...extra] = process.argv.slice(2)
const task = tasks[name]
if (!task) fail(`Unknown task ${name}. Choose from ${Object.keys(tasks).join(', ')}`)
await install()
const node = findNode()
// Whatever the task starts finds the same Node first.
const environment = { PATH: `${dirname(node)}${windows ? ';' : ':'}${process.env.PATH}` }
for (const program of task.needs ?? []) Object.assign(environment, await need(program))
await build(task.build, node)
const bin = join(root, 'node_modules', '.bin')
let failures = 0
for (const [index, line] of task.run.entries()) {
  const [command, ...args] = line.map((part) => part.replace('{node}', node).replace('{bin}', bin))
  const code = await run(command, index === task.run.length - 1 ? [...args, ...extra] : args, { environment })
  if (code !== 0 && (wasInterrupted() || !task.goesOn)) process.exit(code)
  if (code === 0) continue
  failures += 1
  say(`Failed: ${args.join(' ')}`)
}
if (failures > 0) fail(`${failures} of ${task.run.length} parts failed`)
