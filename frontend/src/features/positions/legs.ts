import type { Order, Position } from '@generated/models'

/** The working legs that protect a position: its own, and those of its entries. */
export function legsFor(position: Position, open: readonly Order[]): readonly Order[] {
  const closing = position.side === 'long' ? 'sell' : 'buy'
  return open.filter(
    (each) =>
      each.bracketLeg !== undefined &&
      each.status === 'working' &&
      each.symbol === position.symbol &&
      each.side === closing,
  )
}
