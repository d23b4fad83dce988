// How fast each network comes: a bucket of so many, filled again at so many a second. Pure.

export interface RateLimits {
  readonly burst: number
  readonly perSecond: number
}

export interface Rates {
  /** Takes one; false when the bucket is empty. */
  take(network: string, nowMs: number): boolean
}

/** Full buckets are as good as none: they are forgotten when there are so many. */
const rememberedMax = 10_000

export function makeRates({ burst, perSecond }: RateLimits): Rates {
  const buckets = new Map<string, { left: number; atMs: number }>()
  const leftIn = (bucket: { left: number; atMs: number }, nowMs: number) =>
    Math.min(burst, bucket.left + ((nowMs - bucket.atMs) / 1_000) * perSecond)
  return {
    take(network, nowMs) {
      if (buckets.size >= rememberedMax)
        for (const [name, bucket] of buckets) if (leftIn(bucket, nowMs) >= burst) buckets.delete(name)
      const bucket = buckets.get(network) ?? { left: burst, atMs: nowMs }
      buckets.set(network, bucket)
      bucket.left = leftIn(bucket, nowMs)
      bucket.atMs = nowMs
      if (bucket.left < 1) return false
      bucket.left -= 1
      return true
    },
  }
}
