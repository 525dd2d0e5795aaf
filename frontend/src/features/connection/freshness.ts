import type { StreamState } from '@/services'

export type Freshness =
  'connecting' | 'connected' | 'closedMarket' | 'stale' | 'reconnecting' | 'offline'

/** How long an open market may be silent: short, unless the server says that the feed itself is alive. */
const STALE_AFTER = 12_000
const STALE_AFTER_THOUGH_ALIVE = 60_000

export interface Signs {
  state: StreamState
  /** Milliseconds since the symbol was last heard of; undefined if never. */
  age: number | undefined
  /** Milliseconds since the connection opened. */
  openFor: number
  marketOpen: boolean
  /** What the server last said of the symbol's feed. */
  feedAlive: boolean
}

/** What to tell the user. Silence is a fault only while the market is open. */
export function freshness({ state, age, openFor, marketOpen, feedAlive }: Signs): Freshness {
  if (state === 'connecting') return 'connecting'
  if (state === 'waiting') return 'reconnecting'
  if (state === 'closed') return 'offline'
  if (!marketOpen) return 'closedMarket'
  const patience = feedAlive ? STALE_AFTER_THOUGH_ALIVE : STALE_AFTER
  return Math.min(age ?? openFor, openFor) > patience ? 'stale' : 'connected'
}
