// Single lookups that come in during one turn of the event loop become one statement.

/** `loadMany` gives one value for each key, in the keys' order. */
export function makeBatchLoader<Key, Value>(
  loadMany: (keys: readonly Key[]) => Promise<readonly Value[]>,
): (key: Key) => Promise<Value> {
  interface Asker {
    readonly key: Key
    resolve(value: Value): void
    reject(error: unknown): void
  }
  let asking: Asker[] = []

  const flush = async () => {
    const askers = asking
    asking = []
    try {
      const values = await loadMany(askers.map((asker) => asker.key))
      for (const [index, asker] of askers.entries()) asker.resolve(values[index] as Value)
    } catch (error) {
      for (const asker of askers) asker.reject(error)
    }
  }

  return (key) =>
    new Promise((resolve, reject) => {
      if (asking.length === 0) setImmediate(() => void flush())
      asking.push({ key, resolve, reject })
    })
}
