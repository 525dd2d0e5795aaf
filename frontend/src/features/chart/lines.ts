import type { Order, Position } from '@generated/models'
import { formatAverage, formatQuantity } from '@/shared/money'
import { text } from '@/shared/text'
import type { PriceLine } from './adapter'

/** The lines of a symbol: its working orders at their limits, its position at its average price. */
export function linesOf(
  symbol: string,
  orders: readonly Order[],
  positions: readonly Position[],
): PriceLine[] {
  return [
    ...positions.filter((each) => each.symbol === symbol).map(positionLine),
    ...orders
      .filter((each) => each.symbol === symbol && each.status === 'working')
      .flatMap(orderLine),
  ]
}

function positionLine(position: Position): PriceLine {
  const label = text.chart.positionLine(
    text.positions.sides[position.side],
    formatQuantity(position.quantity),
    formatAverage(position.averagePrice, '0.01'),
  )
  return { id: position.positionId, price: Number(position.averagePrice), label, tone: 'position' }
}

function orderLine(order: Order): PriceLine[] {
  if (order.limitPrice === undefined) return []
  const label = text.chart.orderLine(
    text.ticket.sides[order.side],
    formatQuantity(order.remainingQuantity),
    text.ticket.types[order.type],
  )
  return [{ id: order.orderId, price: Number(order.limitPrice), label, tone: order.side }]
}
