import { describe, expect, it } from 'vitest'
import { freshness } from './freshness'

const open = {
  state: 'open',
  opened: true,
  marketOpen: true,
  stale: false,
  broker: true,
} as const

describe('freshness', () => {
  it('is connected while the source lives, however quiet the symbol', () => {
    expect(freshness(open)).toBe('connected')
  })

  it('is stale when the server says that the source is silent', () => {
    expect(freshness({ ...open, stale: true })).toBe('stale')
  })

  it('puts a broker that cannot be reached before stale prices', () => {
    expect(freshness({ ...open, stale: true, broker: false })).toBe('brokerLost')
  })

  it('raises no alarm while the market is closed', () => {
    expect(freshness({ ...open, marketOpen: false })).toBe('closedMarket')
  })

  it('tells the states of the connection apart', () => {
    expect(freshness({ ...open, state: 'connecting', opened: false })).toBe('connecting')
    expect(freshness({ ...open, state: 'connecting' })).toBe('reconnecting')
    expect(freshness({ ...open, state: 'waiting' })).toBe('reconnecting')
    expect(freshness({ ...open, state: 'paused' })).toBe('paused')
    expect(freshness({ ...open, state: 'closed' })).toBe('offline')
  })
})
