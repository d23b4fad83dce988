// Quantiles from 2 % buckets.
import { describe, expect, it } from 'vitest'
import { latencyOf, makeHistogram } from './histogram.ts'

describe('the histogram', () => {
  it('tells quantiles to within its bucket width', () => {
    const histogram = makeHistogram()
    for (let milliseconds = 1; milliseconds <= 1_000; milliseconds += 1) histogram.record(milliseconds)
    expect(histogram.count).toBe(1_000)
    for (const share of [0.01, 0.5, 0.9, 0.99, 1]) {
      expect(Math.abs(histogram.quantile(share) / (share * 1_000) - 1)).toBeLessThan(0.02)
    }
  })

  it('finds the one slow answer among a hundred only above the 99th', () => {
    const histogram = makeHistogram()
    for (let index = 0; index < 99; index += 1) histogram.record(1)
    histogram.record(500)
    const { p50Ms, p99Ms } = latencyOf(histogram)
    expect(p50Ms).toBeCloseTo(1, 1)
    expect(p99Ms).toBeCloseTo(1, 1)
    expect(histogram.quantile(0.995)).toBeGreaterThan(480)
  })

  it('keeps values beyond its range and knows no quantile of nothing', () => {
    const histogram = makeHistogram()
    expect(histogram.quantile(0.5)).toBeNaN()
    histogram.record(0)
    histogram.record(1e12)
    expect(histogram.count).toBe(2)
    expect(histogram.quantile(0.5)).toBeLessThan(0.02)
    expect(histogram.quantile(1)).toBeGreaterThan(1e6)
  })
})
