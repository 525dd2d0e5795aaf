import type { OrderType, PlaceOrderRequest, Side, Symbol, TimeInForce } from '@generated/models'
import { multiply, parseDecimal, sign, type Decimal } from '@/shared/money'
import { text } from '@/shared/text'

/** What the user typed into the ticket. Numbers are texts until they are read. */
export interface Draft {
  side: Side
  type: OrderType
  quantity: string
  limitPrice: string
  timeInForce: TimeInForce
}

export interface FieldRefusal {
  message: string
  /** The nearest value that would do. */
  nearest?: Decimal
}
export type Refusals = Partial<Record<'quantity' | 'limitPrice', FieldRefusal>>

function positive(typed: string): Decimal | undefined {
  const value = parseDecimal(typed)
  return value !== undefined && sign(value) > 0 ? value : undefined
}

/** What cannot even be sent. Ticks, steps and margins are the server's to judge: it knows the rules. */
export function check(draft: Draft): Refusals {
  const refusals: Refusals = {}
  if (!positive(draft.quantity)) refusals.quantity = { message: text.ticket.enterQuantity }
  if (draft.type === 'limit' && !positive(draft.limitPrice)) {
    refusals.limitPrice = { message: text.ticket.enterPrice }
  }
  return refusals
}

/** The request of a draft that passed `check`. */
export function request(draft: Draft, symbol: string, clientOrderId: string): PlaceOrderRequest {
  const common = {
    symbol,
    side: draft.side,
    quantity: parseDecimal(draft.quantity) ?? '0',
    timeInForce: draft.timeInForce,
    clientOrderId,
  }
  if (draft.type === 'market') return { type: 'market', ...common }
  return { type: 'limit', ...common, limitPrice: parseDecimal(draft.limitPrice) ?? '0' }
}

export interface Estimate {
  price: Decimal
  value: Decimal
  margin: Decimal
}

/** What the order is worth and binds at its limit, or at the price it would meet now. */
export function estimate(
  draft: Draft,
  symbol: Symbol,
  quote: { bid: Decimal; ask: Decimal } | undefined,
): Estimate | undefined {
  const quantity = positive(draft.quantity)
  const market = draft.side === 'buy' ? quote?.ask : quote?.bid
  const price = draft.type === 'limit' ? positive(draft.limitPrice) : market
  if (quantity === undefined || price === undefined) return undefined
  const value = multiply(price, quantity)
  return { price, value, margin: multiply(value, symbol.initialMarginRate) }
}
