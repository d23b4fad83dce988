// A process that is started again whenever it ends, as an operator's machine does it: killed,
// stopped and woken from here. Tells why it ended; one that ends by itself is a finding.
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { waitFor } from '../wait.ts'

/**
 * `failpoint`: where it was told to die. `start`: it could not start, and may try again. `itself`:
 * nobody asked for it.
 */
export type EndReason = 'killed' | 'failpoint' | 'start' | 'itself'

export interface ProcessEnd {
  readonly name: string
  readonly reason: EndReason
  readonly failpoint: string
  readonly atMs: number
  readonly lastWords: string
}

export interface ProcessPlan {
  readonly name: string
  readonly program: string
  /** Loaded into the process before its program. */
  readonly preload?: string
  readonly logFile: string
  environment(): Readonly<Record<string, string>>
  /** Where it says that it is ready. */
  readonly healthUrl: string
  onEnd(end: ProcessEnd): void
  onReady(readyMs: number): void
}

export interface Supervised {
  readonly name: string
  readonly isReady: boolean
  /** For how long it has answered; 0 while it does not. */
  readonly upMs: number
  /** Set when it will kill itself somewhere. */
  readonly armedWith: string
  /** Until it answers. */
  ready(): Promise<void>
  /** SIGKILL. False when there is nothing to kill at the moment. */
  kill(): boolean
  /** SIGSTOP, and later SIGCONT: a zombie that wakes and goes on with what it was doing. */
  freeze(): boolean
  thaw(): void
  /** To a process that answers: before that a signal could meet one that does not know it yet. */
  signal(name: 'SIGHUP' | 'SIGUSR2'): boolean
  /** Ends it for good. */
  end(): Promise<void>
}

const readyWithinMs = 120_000
const againAfterMs = 100

interface Run {
  readonly child: ChildProcess
  readonly failpoint: string
  lastWords: string
  killedByUs: boolean
  readySinceMs: number
  ready: boolean
  ended: Promise<void>
}

export function supervise(plan: ProcessPlan): Supervised {
  const log = createWriteStream(plan.logFile, { flags: 'a' })
  let run: Run | undefined
  let ending = false

  const isAnswering = () =>
    fetch(plan.healthUrl, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.ok,
      () => false,
    )

  const watch = async (current: Run) => {
    while (run === current && !ending) {
      if (await isAnswering()) {
        if (run !== current) return
        current.ready = true
        current.readySinceMs = performance.now()
        plan.onReady(current.readySinceMs)
        return
      }
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }

  const start = () => {
    const environment = plan.environment()
    const flags = [
      '--disable-warning=ExperimentalWarning',
      ...(plan.preload === undefined ? [] : ['--import', plan.preload]),
    ]
    const child = spawn(process.execPath, [...flags, plan.program], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const current: Run = {
      child,
      failpoint: environment['FAILPOINT'] ?? '',
      lastWords: '',
      killedByUs: false,
      ready: false,
      readySinceMs: 0,
      ended: Promise.resolve(),
    }
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        current.lastWords = `${current.lastWords}${chunk.toString()}`.slice(-4_000)
        log.write(chunk)
      })
    }
    run = current
    current.ended = new Promise((resolve) => {
      child.once('exit', (_code, signal) => {
        const byItself = current.ready ? 'itself' : 'start'
        const reason = current.killedByUs
          ? 'killed'
          : current.failpoint !== '' && signal === 'SIGKILL'
            ? 'failpoint'
            : byItself
        run = undefined
        resolve()
        if (ending) return
        const { failpoint, lastWords } = current
        plan.onEnd({ name: plan.name, reason, failpoint, atMs: performance.now(), lastWords })
        setTimeout(() => {
          if (!ending) start()
        }, againAfterMs)
      })
    })
    void watch(current)
  }
  start()

  return {
    name: plan.name,
    get isReady() {
      return run?.ready === true
    },
    get upMs() {
      return run?.ready ? performance.now() - run.readySinceMs : 0
    },
    get armedWith() {
      return run?.failpoint ?? ''
    },
    ready: async () => {
      await waitFor(`${plan.name} ready`, () => run?.ready === true, readyWithinMs)
    },
    kill() {
      if (!run || run.killedByUs) return false
      run.killedByUs = true
      return run.child.kill('SIGKILL')
    },
    signal: (name) => run?.ready === true && run.child.kill(name),
    freeze: () => run?.child.kill('SIGSTOP') === true,
    thaw: () => {
      run?.child.kill('SIGCONT')
    },
    async end() {
      ending = true
      const last = run
      last?.child.kill('SIGKILL')
      await last?.ended
      await new Promise<void>((resolve) => log.end(() => resolve()))
    },
  }
}
