import type { StreamState } from '@/services'

export type Freshness =
  | 'connecting'
  | 'connected'
  | 'closedMarket'
  | 'stale'
  | 'brokerLost'
  | 'reconnecting'
  | 'paused'
  | 'offline'

export interface Signs {
  state: StreamState
  /** Whether there was a connection before. */
  opened: boolean
  marketOpen: boolean
  /** What the server says of the source of the symbol. */
  stale: boolean
  /** Whether orders of the account reach their broker. */
  broker: boolean
}

/** What to tell the user: the worst first. */
export function freshness({ state, opened, marketOpen, stale, broker }: Signs): Freshness {
  if (state === 'connecting') return opened ? 'reconnecting' : 'connecting'
  if (state === 'waiting') return 'reconnecting'
  if (state === 'paused') return 'paused'
  if (state === 'closed') return 'offline'
  if (!broker) return 'brokerLost'
  if (stale) return 'stale'
  return marketOpen ? 'connected' : 'closedMarket'
}
