// Has documents drawn by a process beside the shop, which is started when it is needed, runs with
// low priority, and ends when it rests. A queue with an end: what does not fit is told so.
import { type ChildProcess, fork } from 'node:child_process'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Log } from '../../platform/process/log.ts'
import type { Drawn } from './drawing.ts'
import type { PaperRequest } from './papers.ts'

const program = join(import.meta.dirname, import.meta.filename.endsWith('.ts') ? 'drawing.ts' : 'drawing.js')
const waitingMax = 200
const restMs = 30_000
const drawnWithinMs = 30_000
const lowPriority = 10
const retryAfterSeconds = 5

interface Waiting {
  resolve(bytes: Buffer): void
  reject(error: Error): void
  readonly timer: NodeJS.Timeout
}

export interface Drawer {
  draw(request: PaperRequest): Promise<Buffer>
  close(): void
}

export function makeDrawer(log: Log): Drawer {
  const waiting = new Map<number, Waiting>()
  let child: ChildProcess | null = null
  let resting: NodeJS.Timeout | undefined
  let jobs = 0

  const settle = (id: number, use: (job: Waiting) => void) => {
    const job = waiting.get(id)
    if (!job) return
    waiting.delete(id)
    clearTimeout(job.timer)
    use(job)
    if (waiting.size > 0) return
    resting = setTimeout(() => {
      child?.disconnect()
      child = null
    }, restMs)
    resting.unref()
  }
  const onDrawn = (drawn: Drawn) =>
    settle(drawn.id, ({ resolve, reject }) =>
      'bytes' in drawn ? resolve(Buffer.from(drawn.bytes)) : reject(new Error(drawn.failure)),
    )

  const start = (): ChildProcess => {
    const started = fork(program, [], {
      serialization: 'advanced',
      execArgv: ['--max-old-space-size=256'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // It needs none of the shop's secrets.
      env: { PATH: process.env['PATH'] },
    })
    started.on('message', (drawn) => onDrawn(drawn as Drawn))
    started.on('error', (error) => log.warn({ err: error }, 'documents cannot be drawn'))
    started.on('exit', () => {
      // One that rested; another has its work.
      if (child !== started) return
      child = null
      for (const id of waiting.keys())
        settle(id, ({ reject }) => reject(new Error('the drawing process ended')))
    })
    if (started.pid !== undefined) setPriority(started.pid, lowPriority)
    return started
  }

  return {
    draw(request) {
      if (waiting.size >= waitingMax) throw new ProblemError('overloaded', { retryAfterSeconds })
      clearTimeout(resting)
      child ??= start()
      jobs += 1
      const id = jobs
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          settle(id, (job) => job.reject(new Error('the document was not drawn in time')))
          // Whatever it is busy with, the next one must not wait for it.
          child?.kill('SIGKILL')
        }, drawnWithinMs)
        waiting.set(id, { resolve, reject, timer })
        child?.send({ id, request })
      })
    },
    close() {
      clearTimeout(resting)
      child?.kill()
    },
  }
}
