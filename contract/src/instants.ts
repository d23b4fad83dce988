// Instants: RFC 3339 in UTC with milliseconds, so that their texts compare as they do.

/** How many answers are kept. Most instants belong to a few transactions and repeat. */
const keptAnswers = 1_000
const epochs = new Map<string, number>()
const texts = new Map<number, string>()

function keep<Key, Value>(answers: Map<Key, Value>, key: Key, value: Value): Value {
  if (answers.size >= keptAnswers) answers.clear()
  answers.set(key, value)
  return value
}

/** Milliseconds since the epoch; NaN of what is no instant. */
export function epochMsOf(instant: string): number {
  return epochs.get(instant) ?? keep(epochs, instant, Date.parse(instant))
}

/** `instant` plus `seconds`, which may be negative. Throws `RangeError` of what is no instant. */
export function addSeconds(instant: string, seconds: number): string {
  const epochMs = epochMsOf(instant) + seconds * 1000
  return texts.get(epochMs) ?? keep(texts, epochMs, new Date(epochMs).toISOString())
}
