// What every command is given and how it ends: one text for people or one JSON for programs, and an exit code.
import { type Config, ConfigError } from '../config/config.ts'
import { StartError } from '../platform/process/start-error.ts'

/** 0: done, or all is well. 1: not done, or something is wrong. 2: a mistake in the command. */
export type ExitCode = 0 | 1 | 2

export interface Result {
  readonly code: ExitCode
  readonly text: string
  readonly json: object
}

/** What every command is given. */
export interface Context {
  /** Read when it is asked for: throws when the environment is wrong. */
  readonly config: Config
  readonly environment: NodeJS.ProcessEnv
  readonly json: boolean
}

/** A mistake of the person at the keyboard. */
export class Misuse extends Error {
  override readonly name = 'Misuse'
}

export function print({ text, json }: Result, asJson: boolean): void {
  const said = asJson ? JSON.stringify(json, null, 2) : text
  if (said !== '') process.stdout.write(`${said}\n`)
}

export function printFailure(error: unknown, asJson: boolean): ExitCode {
  const known = error instanceof ConfigError || error instanceof StartError || error instanceof Error
  const message = known ? error.message : String(error)
  if (asJson) process.stdout.write(`${JSON.stringify({ error: message }, null, 2)}\n`)
  else process.stderr.write(`That did not work: ${message}\n`)
  return error instanceof Misuse || error instanceof ConfigError ? 2 : 1
}

/** One line that is written over, for a person who waits at a terminal. */
export function makeProgress(asJson: boolean): { readonly tell: (text: string) => void; end(): void } {
  const shows = process.stderr.isTTY && !asJson
  const clear = () => {
    if (shows) process.stderr.write('\r\u001B[K')
  }
  return {
    tell(text) {
      clear()
      if (shows) process.stderr.write(text.slice(0, process.stderr.columns))
    },
    end: clear,
  }
}

export function inBytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
