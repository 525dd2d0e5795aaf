import type { Order, PlaceOrderRequest, StopLoss } from '@generated/models'
import { order } from './samples'

/** The order that a request makes, and its legs, held until it fills. */
export function ordersOf(
  request: PlaceOrderRequest,
  accountId: string,
  newId: () => string,
): [Order, ...Order[]] {
  const { takeProfit, stopLoss, ...terms } = request
  const entry = order({
    limitPrice: undefined,
    ...terms,
    orderId: newId(),
    accountId,
    remainingQuantity: request.quantity,
    createdAt: Date.now(),
  })
  const leg = (changes: Partial<Order>): Order => ({
    ...order({ limitPrice: undefined }),
    symbol: entry.symbol,
    accountId,
    side: entry.side === 'buy' ? 'sell' : 'buy',
    quantity: entry.quantity,
    remainingQuantity: entry.quantity,
    createdAt: entry.createdAt,
    reduceOnly: true,
    status: 'held',
    parentId: entry.orderId,
    ocoGroupId: entry.orderId,
    orderId: newId(),
    ...changes,
  })
  const legs = []
  if (takeProfit) legs.push(leg({ ...takeProfit, type: 'limit', bracketLeg: 'take_profit' }))
  if (stopLoss) legs.push(leg({ ...stopLoss, type: typeOf(stopLoss), bracketLeg: 'stop_loss' }))
  return [entry, ...legs]
}

function typeOf(stopLoss: StopLoss): Order['type'] {
  if (stopLoss.trailingOffset !== undefined) return 'trailing_stop'
  return stopLoss.limitPrice === undefined ? 'stop' : 'stop_limit'
}
