// How the bench talks to the processes that it starts: a request and its answer over the channel of
// a forked process.
import { type ChildProcess, fork } from 'node:child_process'

export interface Child {
  readonly pid: number
  request<Answer>(method: string, argument?: unknown): Promise<Answer>
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>
}

interface Request {
  readonly id: number
  readonly method: string
  readonly argument: unknown
}
interface Reply {
  readonly id: number
  readonly answer?: unknown
  readonly error?: string
}

const stopWithinMs = 15_000

interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly nodeArguments?: readonly string[]
  /** Says on its standard output what is of no interest here. */
  readonly talkative?: boolean
}

export function startChild(program: string, options: ChildOptions = {}): Child {
  const child = fork(program, {
    stdio: ['ignore', options.talkative ? 'ignore' : 'inherit', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning', '--no-deprecation', ...(options.nodeArguments ?? [])],
    env: { ...process.env, ...options.env },
  })
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>()
  let lastId = 0
  child.on('message', ({ id, answer, error }: Reply) => {
    const asker = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) asker?.resolve(answer)
    else asker?.reject(new Error(`${program}: ${error}`))
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const failAll = (reason: string) => {
    for (const { reject } of waiting.values()) reject(new Error(`${program} ${reason}`))
    waiting.clear()
  }
  child.once('exit', (code, signal) => failAll(`ended with ${String(signal ?? code)}`))
  // Without a listener, a request to a process that just died would end the bench and leave its
  // database running.
  child.on('error', (error) => failAll(`cannot be reached: ${error.message}`))
  return {
    pid: pidOf(child),
    request: <Answer>(method: string, argument?: unknown) =>
      new Promise<Answer>((resolve, reject) => {
        lastId += 1
        waiting.set(lastId, { resolve, reject })
        child.send({ id: lastId, method, argument } satisfies Request)
      }),
    async stop() {
      if (child.connected) child.disconnect()
      const killer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs)
      await ended
      clearTimeout(killer)
    },
  }
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('a process did not start')
  return pid
}

type Handlers = Readonly<Record<string, (argument: never) => Promise<unknown>>>

/**
 * In the started process: answers requests until the channel closes, then ends the process after
 * `onEnd`.
 */
export function answerRequests(handlers: Handlers, onEnd: () => Promise<void> = async () => undefined): void {
  process.on('message', ({ id, method, argument }: Request) => {
    const handler = handlers[method] ?? (() => Promise.reject(new Error(`no method ${method}`)))
    handler(argument as never).then(
      (answer) => process.send?.({ id, answer } satisfies Reply),
      (error: Error) => process.send?.({ id, error: error.stack ?? error.message } satisfies Reply),
    )
  })
  process.once('disconnect', () => {
    onEnd().then(
      () => process.exit(0),
      (error: Error) => {
        process.stderr.write(`${error.stack ?? error.message}\n`)
        process.exit(1)
      },
    )
  })
}
