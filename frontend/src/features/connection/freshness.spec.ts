import { describe, expect, it } from 'vitest'
import { freshness } from './freshness'

const open = {
  state: 'open',
  age: 500,
  openFor: 60_000,
  marketOpen: true,
  feedAlive: false,
} as const

describe('freshness', () => {
  it('is connected while prices come', () => {
    expect(freshness(open)).toBe('connected')
  })

  it('is stale when an open market falls silent', () => {
    expect(freshness({ ...open, age: 13_000 })).toBe('stale')
    expect(freshness({ ...open, age: undefined })).toBe('stale')
  })

  it('is patient with a quiet symbol of a feed that lives, but not for ever', () => {
    expect(freshness({ ...open, age: 30_000, feedAlive: true })).toBe('connected')
    expect(freshness({ ...open, openFor: 90_000, age: 61_000, feedAlive: true })).toBe('stale')
  })

  it('gives a new connection time to speak', () => {
    expect(freshness({ ...open, age: 40_000, openFor: 1000 })).toBe('connected')
    expect(freshness({ ...open, age: undefined, openFor: 1000 })).toBe('connected')
  })

  it('raises no alarm while the market is closed', () => {
    expect(freshness({ ...open, age: 3_600_000, marketOpen: false })).toBe('closedMarket')
  })

  it('tells the states of the connection apart', () => {
    expect(freshness({ ...open, state: 'connecting' })).toBe('connecting')
    expect(freshness({ ...open, state: 'waiting' })).toBe('reconnecting')
    expect(freshness({ ...open, state: 'closed' })).toBe('offline')
  })
})
