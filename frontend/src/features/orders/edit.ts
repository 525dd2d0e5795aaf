import type { ModifyOrderRequest, Order, TimeInForce, TrailingOffsetType } from '@generated/models'
import { checkLegs, fieldsOf, legsOf, typedLegs } from '@/features/order-ticket'
import type { FieldPath, LegsDraft, Refusals } from '@/features/order-ticket'
import { compare, parseDecimal, positiveDecimal, type Decimal } from '@/shared/money'
import { atWallTime, wallTime } from '@/shared/time'
import { text } from '@/shared/text'

/** What can be changed of an order, as typed. */
export interface Edit {
  quantity: string
  limitPrice: string
  stopPrice: string
  trailingOffset: string
  trailingOffsetType: TrailingOffsetType
  timeInForce: TimeInForce
  expiresAt: string
  legs: LegsDraft
}

const NUMBERS = ['quantity', 'stopPrice', 'limitPrice', 'trailingOffset'] as const
type NumberField = (typeof NUMBERS)[number]

export function editOf(order: Order, legs: readonly Order[], zone: string): Edit {
  return {
    quantity: order.quantity,
    limitPrice: order.limitPrice ?? '',
    stopPrice: order.stopPrice ?? '',
    trailingOffset: order.trailingOffset ?? '',
    trailingOffsetType: order.trailingOffsetType ?? 'price',
    timeInForce: order.timeInForce,
    expiresAt:
      order.timeInForce === 'gtd' && order.expiresAt !== undefined
        ? wallTime(order.expiresAt, zone)
        : '',
    legs: typedLegs(legs),
  }
}

/** An order that can only reduce has no legs of its own. */
export const canHaveLegs = (order: Order) => !order.reduceOnly && !order.bracketLeg

/** The numbers that the order has and that may still change. */
export function numbersOf(order: Order): readonly NumberField[] {
  const waits = order.triggeredAt === undefined
  const has: Record<NumberField, boolean> = {
    quantity: order.bracketLeg === undefined,
    limitPrice: order.limitPrice !== undefined,
    stopPrice: waits && order.stopPrice !== undefined && order.type !== 'trailing_stop',
    trailingOffset: waits && order.trailingOffset !== undefined,
  }
  return NUMBERS.filter((field) => has[field])
}

export function shownFields(order: Order, edit: Edit): readonly FieldPath[] {
  const legs = canHaveLegs(order) ? fieldsOf(edit.legs) : []
  return [...numbersOf(order), 'timeInForce', 'expiresAt', ...legs]
}

export function checkEdit(order: Order, edit: Edit, zone: string): Refusals {
  const refusals: Refusals = {}
  for (const field of numbersOf(order))
    if (!positiveDecimal(edit[field])) refusals[field] = { message: text.ticket.enterPrice }
  if (edit.timeInForce === 'gtd' && atWallTime(edit.expiresAt, zone) === undefined)
    refusals.expiresAt = { message: text.ticket.enterDate }
  return canHaveLegs(order) ? { ...refusals, ...checkLegs(edit.legs) } : refusals
}

/** What an edit that passed `checkEdit` changes, and nothing else. */
export function changesOf(order: Order, edit: Edit, begun: Edit, zone: string): ModifyOrderRequest {
  const changes: ModifyOrderRequest = {}
  for (const field of numbersOf(order)) {
    const value = changed(edit[field], begun[field])
    if (value !== undefined) changes[field] = value
  }
  if (edit.trailingOffsetType !== begun.trailingOffsetType) {
    changes.trailingOffsetType = edit.trailingOffsetType
    changes.trailingOffset = parseDecimal(edit.trailingOffset)
  }
  if (edit.timeInForce !== begun.timeInForce) changes.timeInForce = edit.timeInForce
  const expires = edit.timeInForce === 'gtd' ? atWallTime(edit.expiresAt, zone) : undefined
  if (expires !== undefined && edit.expiresAt !== begun.expiresAt) changes.expiresAt = expires
  return canHaveLegs(order) ? { ...changes, ...changedLegs(edit.legs, begun.legs) } : changes
}

function changed(typed: string, before: string): Decimal | undefined {
  const value = parseDecimal(typed)
  const same = value !== undefined && before !== '' && compare(value, before) === 0
  return same ? undefined : value
}

function changedLegs(legs: LegsDraft, before: LegsDraft): ModifyOrderRequest {
  const [now, then] = [legsOf(legs), legsOf(before)]
  const changes: ModifyOrderRequest = {}
  if (JSON.stringify(now.takeProfit) !== JSON.stringify(then.takeProfit))
    changes.takeProfit = now.takeProfit ?? null
  if (JSON.stringify(now.stopLoss) !== JSON.stringify(then.stopLoss))
    changes.stopLoss = now.stopLoss ?? null
  return changes
}
