// Latencies in few counters: each bucket is 2 % wider than the one before. Never keeps a single
// sample.

export interface Histogram {
  record(milliseconds: number): void
  /**
   * The latency, in milliseconds, that this share (0 to 1) of all records stayed within. NaN when
   * there is none.
   */
  quantile(share: number): number
  readonly count: number
}

const lowestMs = 0.01
const growth = Math.log(1.02)
const bucketCount = 1_000

export function makeHistogram(): Histogram {
  const buckets = new Uint32Array(bucketCount)
  let count = 0
  return {
    record(milliseconds) {
      const index = milliseconds <= lowestMs ? 0 : Math.round(Math.log(milliseconds / lowestMs) / growth)
      const bucket = Math.min(index, bucketCount - 1)
      buckets[bucket] = (buckets[bucket] ?? 0) + 1
      count += 1
    },
    quantile(share) {
      if (count === 0) return Number.NaN
      const wanted = Math.max(1, Math.ceil(share * count))
      let seen = 0
      for (const [index, inBucket] of buckets.entries()) {
        seen += inBucket
        if (seen >= wanted) return lowestMs * Math.exp(index * growth)
      }
      return Number.POSITIVE_INFINITY
    },
    get count() {
      return count
    },
  }
}

export interface Latency {
  readonly p50Ms: number
  readonly p99Ms: number
}

export function latencyOf(histogram: Histogram): Latency {
  return { p50Ms: histogram.quantile(0.5), p99Ms: histogram.quantile(0.99) }
}
