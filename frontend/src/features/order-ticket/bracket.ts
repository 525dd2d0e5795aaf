import type { Order, Side, StopLoss, TakeProfit, TrailingOffsetType } from '@generated/models'
import {
  absolute,
  compare,
  multiply,
  nearestStep,
  parseDecimal,
  positiveDecimal,
  ratio,
  subtract,
  type Decimal,
} from '@/shared/money'
import { text } from '@/shared/text'
import type { FieldPath, Refusals } from './refusals'

export type StopLossKind = 'stop' | 'stop_limit' | 'trailing_stop'

/** The two legs that protect an entry or a position, as typed. */
export interface LegsDraft {
  takeProfit: boolean
  profitPrice: string
  stopLoss: boolean
  kind: StopLossKind
  stopPrice: string
  limitPrice: string
  offset: string
  offsetType: TrailingOffsetType
}

export function emptyLegs(): LegsDraft {
  return {
    takeProfit: false,
    profitPrice: '',
    stopLoss: false,
    kind: 'stop',
    stopPrice: '',
    limitPrice: '',
    offset: '',
    offsetType: 'price',
  }
}

/** The legs that orders are, as they would be typed. */
export function typedLegs(orders: readonly Order[]): LegsDraft {
  const legs = emptyLegs()
  const profit = orders.find((each) => each.bracketLeg === 'take_profit')
  const loss = orders.find((each) => each.bracketLeg === 'stop_loss')
  if (profit) Object.assign(legs, { takeProfit: true, profitPrice: profit.limitPrice ?? '' })
  if (!loss) return legs
  const kind = loss.type === 'stop_limit' || loss.type === 'trailing_stop' ? loss.type : 'stop'
  return {
    ...legs,
    stopLoss: true,
    kind,
    stopPrice: kind === 'trailing_stop' ? '' : (loss.stopPrice ?? ''),
    limitPrice: loss.limitPrice ?? '',
    offset: loss.trailingOffset ?? '',
    offsetType: loss.trailingOffsetType ?? 'price',
  }
}

const STOP_FIELDS = {
  stop: ['stopLoss/stopPrice'],
  stop_limit: ['stopLoss/stopPrice', 'stopLoss/limitPrice'],
  trailing_stop: ['stopLoss/trailingOffset'],
} as const satisfies Record<StopLossKind, readonly FieldPath[]>

const TYPED = {
  'takeProfit/limitPrice': 'profitPrice',
  'stopLoss/stopPrice': 'stopPrice',
  'stopLoss/limitPrice': 'limitPrice',
  'stopLoss/trailingOffset': 'offset',
} as const satisfies Partial<Record<FieldPath, keyof LegsDraft>>

/** The fields that the legs show, named as in the request. */
export function fieldsOf(legs: LegsDraft): readonly (keyof typeof TYPED)[] {
  return [
    ...(legs.takeProfit ? ['takeProfit/limitPrice' as const] : []),
    ...(legs.stopLoss ? STOP_FIELDS[legs.kind] : []),
  ]
}

export function checkLegs(legs: LegsDraft): Refusals {
  const refusals: Refusals = {}
  for (const field of fieldsOf(legs))
    if (!positiveDecimal(legs[TYPED[field]])) refusals[field] = { message: text.ticket.enterPrice }
  return refusals
}

/** The legs as the request has them, of a draft that passed `checkLegs`. */
export function legsOf(legs: LegsDraft): { takeProfit?: TakeProfit; stopLoss?: StopLoss } {
  return {
    takeProfit: legs.takeProfit ? { limitPrice: read(legs.profitPrice) } : undefined,
    stopLoss: legs.stopLoss ? stopLossOf(legs) : undefined,
  }
}

const read = (typed: string) => parseDecimal(typed) ?? '0'

function stopLossOf(legs: LegsDraft): StopLoss {
  switch (legs.kind) {
    case 'stop':
      return { stopPrice: read(legs.stopPrice) }
    case 'stop_limit':
      return { stopPrice: read(legs.stopPrice), limitPrice: read(legs.limitPrice) }
    case 'trailing_stop':
      return { trailingOffset: read(legs.offset), trailingOffsetType: legs.offsetType }
  }
}

/** How far a leg lies from the entry, and what closing there would earn. */
export interface Distance {
  ticks: Decimal
  percent: Decimal
  /** In the symbol's currency; negative for a loss. */
  pnl: Decimal | undefined
}

/** `side` is that of the entry; an unknown quantity leaves the money out. */
export function distance(
  side: Side,
  entry: Decimal,
  leg: Decimal,
  tick: Decimal,
  quantity?: Decimal,
): Distance | undefined {
  const gain = side === 'buy' ? subtract(leg, entry) : subtract(entry, leg)
  const ticks = ratio(absolute(gain), tick)
  const share = ratio(absolute(gain), entry)
  if (ticks === undefined || share === undefined) return undefined
  return {
    ticks,
    percent: multiply(share, '100'),
    pnl: quantity === undefined ? undefined : multiply(gain, quantity),
  }
}

/** The price that the stop loss has or begins with. */
export function stopLossPrice(side: Side, entry: Decimal, legs: LegsDraft): Decimal | undefined {
  if (legs.kind !== 'trailing_stop') return parseDecimal(legs.stopPrice)
  const typed = parseDecimal(legs.offset)
  if (typed === undefined) return undefined
  const offset = legs.offsetType === 'percent' ? multiply(entry, multiply(typed, '0.01')) : typed
  return subtract(entry, side === 'buy' ? offset : multiply(offset, '-1'))
}

/** A first price for a leg: one percent from the entry, on the tick. */
export function firstPrice(side: Side, entry: Decimal, tick: Decimal, profit: boolean): Decimal {
  const above = profit === (side === 'buy')
  const price = nearestStep(multiply(entry, above ? '1.01' : '0.99'), tick)
  return compare(price, '0') > 0 ? price : tick
}
