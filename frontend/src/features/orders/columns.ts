import type { Order } from '@generated/models'
import { formatAverage, formatPrice, formatQuantity, type Decimal } from '@/shared/money'
import { text } from '@/shared/text'
import { formatStamp } from '@/shared/time'
import type { Column } from '@/shared/ui'

const none = text.ui.none

/** What the columns of the orders need to know besides the order. */
export interface Around {
  tick: (order: Order) => Decimal | undefined
  zone: () => string
}

export function priceOf(order: Order, price: Decimal | undefined, around: Around): string {
  return price === undefined ? none : formatPrice(price, around.tick(order))
}

/** A trailing offset: "0.50" or "1.5 %". */
export function trailOf(order: Order): string {
  if (order.trailingOffset === undefined) return none
  return order.trailingOffsetType === 'percent'
    ? text.orders.trailPercent(formatQuantity(order.trailingOffset))
    : formatPrice(order.trailingOffset)
}

/** The one price to show where there is room for one: where the order acts first. */
function firstPrice(order: Order, around: Around): string {
  if (order.stopPrice !== undefined && order.triggeredAt === undefined)
    return priceOf(order, order.stopPrice, around)
  return priceOf(order, order.limitPrice, around)
}

function lifeOf(order: Order, around: Around): string {
  const life = text.ticket.timesInForce[order.timeInForce]
  if (order.timeInForce !== 'gtd' || order.expiresAt === undefined) return life
  return `${life} ${formatStamp(order.expiresAt, around.zone())}`
}

export function columnsOf(around: Around): Column<Order>[] {
  const words = text.orders
  const price = (key: string, label: string, of: (order: Order) => string): Column<Order> => ({
    key,
    label,
    align: 'end',
    room: 'medium',
    text: of,
  })
  return [
    { key: 'symbol', label: words.symbol, sort: (a, b) => a.symbol.localeCompare(b.symbol) },
    { key: 'side', label: words.side },
    {
      key: 'type',
      room: 'medium',
      label: words.type,
      text: (row) => text.ticket.types[row.type],
    },
    price('quantity', words.quantity, (row) => formatQuantity(row.quantity)),
    { ...price('filled', words.filled, (row) => formatQuantity(row.filledQuantity)), room: 'wide' },
    {
      ...price('price', words.prices, (row) => firstPrice(row, around)),
      room: 'narrow',
    },
    price('limit', words.limit, (row) => priceOf(row, row.limitPrice, around)),
    price('stop', words.stop, (row) => priceOf(row, row.stopPrice, around)),
    { ...price('trail', words.trail, trailOf), room: 'wide' },
    {
      ...price('average', words.average, (row) =>
        row.averagePrice === undefined
          ? none
          : formatAverage(row.averagePrice, around.tick(row) ?? '0.01'),
      ),
      room: 'wide',
    },
    { key: 'life', room: 'wide', label: words.timeInForce, text: (row) => lifeOf(row, around) },
    { key: 'status', label: words.status },
    {
      key: 'time',
      room: 'wide',
      label: words.time,
      align: 'end',
      muted: true,
      text: (row) => formatStamp(row.createdAt, around.zone()),
      sort: (a, b) => a.createdAt - b.createdAt,
    },
    { key: 'actions', label: words.actions, align: 'end', hideLabel: true },
  ]
}
