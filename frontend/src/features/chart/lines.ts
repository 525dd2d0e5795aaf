import type { Order, Position } from '@generated/models'
import { formatAverage, formatQuantity } from '@/shared/money'
import { text } from '@/shared/text'
import type { PriceLine } from './adapter'

/** The lines of a symbol: its open orders at their stops and limits, its position at its average price. */
export function linesOf(
  symbol: string,
  orders: readonly Order[],
  positions: readonly Position[],
): PriceLine[] {
  return [
    ...positions.filter((each) => each.symbol === symbol).map(positionLine),
    ...orders.filter((each) => each.symbol === symbol).flatMap(orderLines),
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

/** Where the order waits: at its stop until that is triggered, and at its limit. */
function orderLines(order: Order): PriceLine[] {
  const what = order.bracketLeg
    ? text.bracket.legs[order.bracketLeg]
    : text.ticket.types[order.type]
  const label = text.chart.orderLine(
    text.ticket.sides[order.side],
    formatQuantity(order.remainingQuantity),
    what,
  )
  const prices = {
    stop: order.triggeredAt === undefined ? order.stopPrice : undefined,
    limit: order.limitPrice,
  }
  return Object.entries(prices).flatMap(([at, price]) =>
    price === undefined
      ? []
      : [{ id: `${order.orderId}:${at}`, price: Number(price), label, tone: order.side }],
  )
}
