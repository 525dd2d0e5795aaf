import type {
  OrderType,
  PlaceOrderRequest,
  Quote,
  Side,
  Symbol,
  TimeInForce,
  TrailingOffsetType,
  TriggerBy,
} from '@generated/models'
import {
  add,
  multiply,
  parseDecimal,
  positiveDecimal,
  subtract,
  type Decimal,
} from '@/shared/money'
import { atWallTime } from '@/shared/time'
import { text } from '@/shared/text'
import { checkLegs, emptyLegs, fieldsOf, legsOf, type LegsDraft } from './bracket'
import type { FieldPath, Refusals } from './refusals'

/** What the user typed into the ticket. Numbers and dates are texts until they are read. */
export interface Draft {
  side: Side
  type: OrderType
  quantity: string
  limitPrice: string
  stopPrice: string
  trailingOffset: string
  trailingOffsetType: TrailingOffsetType
  /** As the kind of symbol has it where nothing is chosen. */
  triggerBy?: TriggerBy
  timeInForce: TimeInForce
  /** Of a `gtd` order: what a clock in the zone of the tables will show. */
  expiresAt: string
  reduceOnly: boolean
  postOnly: boolean
  ocoGroupId: string
  legs: LegsDraft
}

export function emptyDraft(): Draft {
  return {
    side: 'buy',
    type: 'market',
    quantity: '10',
    timeInForce: 'day',
    ...emptyPrices(),
    expiresAt: '',
    reduceOnly: false,
    postOnly: false,
    ocoGroupId: '',
  }
}

/** What does not survive a change of symbol. */
export function emptyPrices() {
  return {
    limitPrice: '',
    stopPrice: '',
    trailingOffset: '',
    trailingOffsetType: 'price' as const,
    triggerBy: undefined,
    legs: emptyLegs(),
  }
}

const PRICES: Record<OrderType, readonly FieldPath[]> = {
  market: [],
  limit: ['limitPrice'],
  stop: ['stopPrice'],
  stop_limit: ['stopPrice', 'limitPrice'],
  trailing_stop: ['trailingOffset'],
}

export const hasStop = (type: OrderType) => type !== 'market' && type !== 'limit'
export const hasField = (type: OrderType, field: FieldPath) => PRICES[type].includes(field)
/** An order that can only reduce opens nothing that legs could protect. */
export const canHaveLegs = (draft: Pick<Draft, 'reduceOnly'>) => !draft.reduceOnly

/** The fields that the ticket shows for a draft, named as in the request. */
export function shownFields(draft: Draft): readonly FieldPath[] {
  return [
    'quantity',
    'timeInForce',
    'reduceOnly',
    'ocoGroupId',
    ...PRICES[draft.type],
    ...(draft.type === 'limit' ? ['postOnly' as const] : []),
    ...(draft.timeInForce === 'gtd' ? ['expiresAt' as const] : []),
    ...(canHaveLegs(draft) ? fieldsOf(draft.legs) : []),
  ]
}

/** What cannot even be sent. Ticks, steps and margins are the server's to judge: it knows the rules. */
export function check(draft: Draft, zone: string): Refusals {
  const refusals: Refusals = {}
  if (!positiveDecimal(draft.quantity)) refusals.quantity = { message: text.ticket.enterQuantity }
  for (const field of ['limitPrice', 'stopPrice', 'trailingOffset'] as const)
    if (hasField(draft.type, field) && !positiveDecimal(draft[field]))
      refusals[field] = { message: text.ticket.enterPrice }
  if (draft.timeInForce === 'gtd' && atWallTime(draft.expiresAt, zone) === undefined)
    refusals.expiresAt = { message: text.ticket.enterDate }
  return canHaveLegs(draft) ? { ...refusals, ...checkLegs(draft.legs) } : refusals
}

const read = (typed: string) => parseDecimal(typed) ?? '0'

/** The request of a draft that passed `check`. */
export function request(
  draft: Draft,
  symbol: string,
  clientOrderId: string,
  zone: string,
): PlaceOrderRequest {
  const group = draft.ocoGroupId.trim()
  const common = {
    symbol,
    side: draft.side,
    quantity: read(draft.quantity),
    timeInForce: draft.timeInForce,
    expiresAt: draft.timeInForce === 'gtd' ? atWallTime(draft.expiresAt, zone) : undefined,
    reduceOnly: draft.reduceOnly || undefined,
    ocoGroupId: group === '' ? undefined : group,
    ...(canHaveLegs(draft) ? legsOf(draft.legs) : {}),
    clientOrderId,
  }
  const { triggerBy, trailingOffsetType } = draft
  const [limitPrice, stopPrice] = [read(draft.limitPrice), read(draft.stopPrice)]
  switch (draft.type) {
    case 'market':
      return { type: 'market', ...common }
    case 'limit':
      return { type: 'limit', ...common, limitPrice, postOnly: draft.postOnly || undefined }
    case 'stop':
      return { type: 'stop', ...common, stopPrice, triggerBy }
    case 'stop_limit':
      return { type: 'stop_limit', ...common, stopPrice, limitPrice, triggerBy }
    case 'trailing_stop': {
      const trailingOffset = read(draft.trailingOffset)
      return { type: 'trailing_stop', ...common, trailingOffset, trailingOffsetType, triggerBy }
    }
  }
}

type Prices = Pick<Quote, 'bid' | 'ask' | 'last'>

/** The price at which the order would open: its stop, its limit, or the side of the quote that it meets. */
export function entryPrice(draft: Draft, quote: Prices | undefined): Decimal | undefined {
  if (hasField(draft.type, 'stopPrice')) return positiveDecimal(draft.stopPrice)
  if (draft.type === 'limit') return positiveDecimal(draft.limitPrice)
  return draft.side === 'buy' ? quote?.ask : quote?.bid
}

export function triggerOf(draft: Draft, symbol: Pick<Symbol, 'type'>): TriggerBy {
  return draft.triggerBy ?? (symbol.type === 'stock' ? 'last' : 'bid_ask')
}

/** The price that triggers a stop of that side now. */
export function triggerPrice(by: TriggerBy, side: Side, quote: Prices): Decimal {
  if (by === 'last') return quote.last
  if (by === 'mid') return multiply(add(quote.bid, quote.ask), '0.5')
  return side === 'buy' ? quote.ask : quote.bid
}

/** Where the stop of a trailing order lies when its best price is that one. */
export function trailedStop(
  side: Side,
  price: Decimal,
  offset: Decimal,
  kind: TrailingOffsetType,
): Decimal {
  const distance = kind === 'percent' ? multiply(price, multiply(offset, '0.01')) : offset
  return side === 'sell' ? subtract(price, distance) : add(price, distance)
}

export interface Estimate {
  price: Decimal
  value: Decimal
  margin: Decimal
}

/** What the order is worth and binds at the price at which it would open. */
export function estimate(
  draft: Draft,
  symbol: Pick<Symbol, 'initialMarginRate'>,
  quote: Prices | undefined,
): Estimate | undefined {
  const quantity = positiveDecimal(draft.quantity)
  const price = entryPrice(draft, quote)
  if (quantity === undefined || price === undefined) return undefined
  const value = multiply(price, quantity)
  return { price, value, margin: multiply(value, symbol.initialMarginRate) }
}
