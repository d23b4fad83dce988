// Which tab of this browser may hold a stream open: the one that is looked at. Over HTTP/1.1 all
// tabs share six connections to the shop, so a stream in each tab would leave none to pay with.

/**
 * `mine`: this tab may stream. `elsewhere`: another visible tab does. `hidden`: nobody looks at
 * this one.
 */
export type Turn = 'mine' | 'elsewhere' | 'hidden'

/** What tabs tell each other. The last claim wins: its tab was looked at last. */
type Word =
  | { readonly kind: 'claim'; readonly rank: number; readonly tab: string }
  | { readonly kind: 'free' }

/** A frame without storage may not open one: it is then alone, and so are its connections. */
function openChannel(): BroadcastChannel | null {
  try {
    return new BroadcastChannel('holdfast-turn')
  } catch {
    return null
  }
}

const watchers = new Set<(turn: Turn) => void>()
const tab = String(crypto.getRandomValues(new Uint32Array(1)))
let channel: BroadcastChannel | null | undefined
let turn: Turn = 'hidden'
/** The highest rank that this tab claimed or heard of. */
let rank = 0
let claimed = 0

function move(next: Turn): void {
  if (turn === next) return
  turn = next
  for (const watcher of watchers) watcher(next)
}

// A channel has no target: it reaches its own origin only.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
const say = (word: Word) => channel?.postMessage(word)
const sayMine = () => say({ kind: 'claim', rank: claimed, tab })

/**
 * A new tab has heard of no rank yet, so ranks grow with the time; the clock may be set back, so
 * they also grow without it.
 */
function claim(): void {
  rank = Math.max(Date.now(), rank + 1)
  claimed = rank
  sayMine()
  move('mine')
}

/** Takes the turn if the reader can see this tab and something in it wants a stream. */
function take(): void {
  if (watchers.size > 0 && turn !== 'mine' && document.visibilityState === 'visible') claim()
}

function release(): void {
  if (turn === 'mine') say({ kind: 'free' })
  move('hidden')
}

function hear({ data: word }: MessageEvent<Word>): void {
  if (word.kind === 'free') return take()
  rank = Math.max(rank, word.rank)
  if (turn !== 'mine') return
  const theirs = word.rank > claimed || (word.rank === claimed && word.tab > tab)
  if (theirs) move('elsewhere')
  else sayMine()
}

function begin(): void {
  channel = openChannel()
  channel?.addEventListener('message', hear)
  document.addEventListener('visibilitychange', () =>
    document.visibilityState === 'visible' ? take() : release(),
  )
  addEventListener('pagehide', release)
  addEventListener('pageshow', take)
  // Of several visible windows the one in use streams.
  for (const use of ['focus', 'pointerdown', 'keydown'])
    addEventListener(use, take, { capture: true, passive: true })
}

/** Tells now and at each change whose turn it is. Returns how to stop. */
export function watchTurn(watcher: (turn: Turn) => void): () => void {
  if (channel === undefined) begin()
  watcher(turn)
  watchers.add(watcher)
  take()
  return () => void watchers.delete(watcher)
}
