// What is loaded before the shop in a chaos run does what the table of faults says of it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'

test('a process can be given a wrong clock that jumps, and an event loop that stands still', async () => {
  const program = `
    setInterval(() => {}, 1000)
    const say = () => console.log(JSON.stringify([Date.now(), +new Date(), +new Date(5), performance.now()]))
    for (const name of ['SIGHUP', 'SIGUSR2']) process.on(name, say)
    say()`
  const preload = join(import.meta.dirname, 'preload.ts')
  const child = spawn(process.execPath, ['--import', preload, '--input-type=module', '--eval', program], {
    env: { ...process.env, CHAOS_CLOCK: '-600000,600000', CHAOS_BLOCK_MS: '700' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const lines = createInterface({ input: child.stdout })
    const next = async () =>
      JSON.parse(((await once(lines, 'line')) as [string])[0]) as [number, number, number, number]
    const [now, made, given] = await next()
    expect(now - Date.now()).toBeLessThan(-500_000)
    expect(made - Date.now()).toBeLessThan(-500_000)
    expect(given).toBe(5)

    child.kill('SIGHUP')
    const [later, , , calmMs] = await next()
    expect(later - Date.now()).toBeGreaterThan(500_000)

    child.kill('SIGUSR2')
    const [, , , blockedMs] = await next()
    expect(blockedMs - calmMs).toBeGreaterThan(690)
  } finally {
    child.kill('SIGKILL')
  }
})
