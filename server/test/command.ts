// `holdfast …` as a person types it: a process of its own.
import { spawn } from 'node:child_process'
import { holdfastProgram } from './programs.ts'

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Not in this process, and without holding it up: a sandbox that the program asks may live here. */
export function holdfast(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', holdfastProgram(), ...words],
      {
        env: { ...process.env, ...environment },
      },
    )
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.once('exit', (status) => resolve({ status, stdout, stderr }))
  })
}
