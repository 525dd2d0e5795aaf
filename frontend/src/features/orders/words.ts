import type {
  Execution,
  Order,
  OrderCondition,
  OrderExplanation,
  OrderType,
  OrderVersion,
} from '@generated/models'
import { basisOf } from '@/features/executions'
import { formatAmount, formatQuantity } from '@/shared/money'
import { reasonWords, text } from '@/shared/text'
import { trailOf } from './columns'

export const STATUS_COLORS = {
  pending: 'text-accent',
  held: 'text-ink-2',
  working: 'text-accent',
  filled: 'text-ink',
  canceled: 'text-ink-3',
  rejected: 'text-down',
  expired: 'text-ink-3',
}

/** How prices and times of the order's market are written. */
export interface Writing {
  price: (price: string) => string
  average: (price: string) => string
  marketTime: (time: number) => string
}

const joined = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(' · ')
const maybe = <Value>(value: Value | undefined, write: (value: Value) => string) =>
  value === undefined ? undefined : write(value)

/** Types that the name of their one price tells already. */
const SAID_BY_PRICE: readonly OrderType[] = ['limit', 'stop']

/** "Limit 302.00 · GTC", "Stop limit · Stop 301.00 · Limit 302.00 · GTC" */
export function terms(order: Order, { price }: Writing): string {
  return joined(
    SAID_BY_PRICE.includes(order.type) ? undefined : text.ticket.types[order.type],
    order.trailingOffset === undefined ? undefined : `${text.orders.trail} ${trailOf(order)}`,
    maybe(order.stopPrice, (stop) => `${text.orders.stop} ${price(stop)}`),
    maybe(order.limitPrice, (limit) => `${text.orders.limit} ${price(limit)}`),
    text.ticket.timesInForce[order.timeInForce],
  )
}

/** How an order that is not open any more came to its end, and its average where that is of several fills. */
export function ending({ order, executions }: OrderExplanation, write: Writing): string {
  const { filledQuantity, averagePrice, status } = order
  return joined(
    maybe(order.rejectReason ?? order.cancelReason, reasonWords),
    status === 'expired' ? text.explain.timeOver : undefined,
    executions.length > 1
      ? maybe(averagePrice, (price) =>
          text.explain.filledAt(formatQuantity(filledQuantity), write.average(price)),
        )
      : undefined,
  )
}

const TIMES: Partial<Record<OrderCondition['condition'], (time: string) => string>> = {
  venue: text.explain.arrives,
  feed: text.explain.lastPrice,
}

/** What is known besides a condition: the entry, what of the quote is taken, the model and the time. */
export function figures(each: OrderCondition, entry: Order | undefined, write: Writing): string {
  const { model, offered, taken, marketTime } = each
  return joined(
    maybe(entry, (order) => text.explain.entry(terms(order, write))),
    offered === undefined || taken === undefined
      ? undefined
      : text.explain.taken(formatQuantity(taken), formatQuantity(offered)),
    maybe(model, text.explain.model),
    maybe(marketTime, (time) =>
      (TIMES[each.condition] ?? text.explain.from)(write.marketTime(time)),
    ),
  )
}

/** The price that a condition takes, named as the order's own. */
export function wanted(each: OrderCondition, { price }: Writing): string | undefined {
  const name = each.condition === 'trigger' ? text.orders.stop : text.orders.limit
  return maybe(each.price, (value) => `${name} ${price(value)}`)
}

/** "bid 205.56 · ask 205.57 · commission 1.00" */
export function basis(each: Execution, { price }: Writing): string {
  return joined(basisOf(each, price), text.explain.commission(formatAmount(each.commission)))
}

export function version(each: OrderVersion, { price }: Writing): string {
  return joined(
    text.orders.statuses[each.status],
    each.triggeredAt === undefined ? undefined : text.explain.triggered,
    text.explain.progress(formatQuantity(each.filledQuantity), formatQuantity(each.quantity)),
    maybe(each.stopPrice, (stop) => `${text.orders.stop} ${price(stop)}`),
    maybe(each.limitPrice, (limit) => `${text.orders.limit} ${price(limit)}`),
  )
}
