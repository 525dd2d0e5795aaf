import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openOnWire, Wire } from '@/mocks/wire'

const CLIENTS = 400

/** Numbers like those of Math.random, but the same in every run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

beforeEach(() => {
  Wire.all = []
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('many clients of a server that is gone never come back at once, and ever more seldom', async () => {
  const random = numbers(1)
  const clients = Array.from({ length: CLIENTS }, () => openOnWire({ random }))
  const attempts: number[] = []
  /** Refuses every attempt, and counts them per tenth of a second. */
  for (let tenth = 0; tenth < 1_200; tenth++) {
    const refused = Wire.all
    Wire.all = []
    for (const wire of refused) wire.end(1006)
    await vi.advanceTimersByTimeAsync(100)
    attempts.push(Wire.all.length)
  }
  for (const client of clients) client.close()
  const sum = (from: number, to: number) => attempts.slice(from, to).reduce((a, b) => a + b, 0)
  expect(Math.max(...attempts)).toBeLessThan(CLIENTS / 3)
  // Each waits half of thirty seconds on average in the end.
  expect(sum(1_100, 1_200)).toBeLessThan(CLIENTS)
  expect(sum(0, 1_200)).toBeLessThan(CLIENTS * 18)
  expect(sum(900, 1_200)).toBeGreaterThan(CLIENTS)
})
