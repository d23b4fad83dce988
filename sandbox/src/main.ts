// The command: reads the environment, starts one sandbox, says where it is, stops cleanly on a
// signal.
import { HELP, withArguments } from './arguments.ts'
import { readEnvironment } from './environment.ts'
import { startSandbox } from './index.ts'

const STOP_DEADLINE_MS = 8000
/** Nobody waits for answers of one whose shop is gone; the next shop waits for its store. */
const ORPHAN_DEADLINE_MS = 500

/** Until there is something to close, a stop is an exit. */
let stop: (deadlineMs: number) => void = () => process.exit(0)
process.on('SIGTERM', () => stop(STOP_DEADLINE_MS))
process.on('SIGINT', () => stop(STOP_DEADLINE_MS))
// Started by another process, it ends with it, however and whenever that ends.
process.on('disconnect', () => stop(ORPHAN_DEADLINE_MS))

if ('connected' in process && !process.connected) stop(ORPHAN_DEADLINE_MS)

async function main(): Promise<void> {
  const environment = withArguments(process.argv.slice(2), process.env)
  if (environment === undefined) return console.log(HELP)
  const sandbox = await startSandbox({
    ...readEnvironment(environment),
    log: (message) => console.error(`sandbox: ${message}`),
    // Not an exit: nothing may be flushed, closed or said.
    crash: () => process.kill(process.pid, 'SIGKILL'),
  })
  let stopping = false
  stop = (deadlineMs) => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(1), deadlineMs).unref()
    sandbox.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error('sandbox: could not stop cleanly', error)
        process.exit(1)
      },
    )
  }
  console.log(`sandbox: ready at ${sandbox.url} (API and dashboard)`)
}

main().catch((error: unknown) => {
  console.error(`sandbox: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
})
