// Runs a program as the shell would: signals reach it, and it ends with us.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
export const windows = process.platform === 'win32'
const { environment: small } = JSON.parse(readFileSync(join(root, 'scripts', 'node-process.json'), 'utf8'))

export function say(text) {
  process.stdout.write(`${text}\n`)
}

export function fail(text) {
  process.stderr.write(`${text}\n`)
  process.exit(1)
}

let interrupted = false

/** Whether a signal asked us to end. */
export const wasInterrupted = () => interrupted

const lookForParentEveryMs = 250

/** The exit code of the program; 128 if a signal ended it. */
export function run(command, args, { environment = {}, hidden = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: hidden ? 'ignore' : 'inherit',
      env: { ...small, ...process.env, ...environment },
      shell: windows,
    })
    const forward = (signal) => {
      interrupted = true
      child.kill(signal)
    }
    // npm ends its shell on a signal, and not what runs in the shell: then our parent is another
    // process.
    const parent = process.ppid
    const orphaned = setInterval(() => {
      if (process.ppid !== parent && !interrupted) forward('SIGTERM')
    }, lookForParentEveryMs)
    process.on('SIGINT', forward)
    process.on('SIGTERM', forward)
    child.on('error', (error) => fail(`${command}: ${error.message}`))
    child.on('exit', (code, signal) => {
      clearInterval(orphaned)
      process.off('SIGINT', forward)
      process.off('SIGTERM', forward)
      resolve(signal ? 128 : (code ?? 1))
    })
  })
}
