// Loaded into each process of the shop before the shop itself: a clock that is wrong and jumps, and
// an event loop that can be blocked by work of its own. Only in chaos runs. Never touches clocks
// for durations, which a wrong wall clock does not either.

import { flushCompileCache } from 'node:module'

/** How wrong the clock is, in ms: the first from the start, the next after each SIGHUP. */
const offsets = (process.env['CHAOS_CLOCK'] ?? '0').split(',').map(Number)
const blockMs = Number(process.env['CHAOS_BLOCK_MS'] ?? '0')
const TrueDate = Date
let turn = 0
const nowMs = () => TrueDate.now() + (offsets[turn % offsets.length] ?? 0)

globalThis.Date = new Proxy(TrueDate, {
  construct: (target, values, newTarget) =>
    Reflect.construct(target, values.length === 0 ? [nowMs()] : values, newTarget) as object,
  apply: () => new TrueDate(nowMs()).toString(),
  get: (target, name) => (name === 'now' ? nowMs : (Reflect.get(target, name) as unknown)),
})

process.on('SIGHUP', () => {
  turn += 1
})
process.on('SIGUSR2', () => {
  for (const untilMs = performance.now() + blockMs; performance.now() < untilMs; );
})
// Killed, it writes no cache of what was compiled, and each start would compile it all again.
setTimeout(flushCompileCache, 4_000).unref()
