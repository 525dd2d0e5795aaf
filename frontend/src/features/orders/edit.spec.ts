import { describe, expect, it } from 'vitest'
import { order } from '@/mocks/samples'
import { changesOf, checkEdit, editOf, numbersOf, type Edit } from './edit'

const ZONE = 'UTC'
const leg = order({
  orderId: 'l1',
  parentId: 'o1',
  side: 'sell',
  type: 'stop',
  limitPrice: undefined,
  stopPrice: '180',
  bracketLeg: 'stop_loss',
  reduceOnly: true,
})

function changes(of = order(), change: Partial<Edit> = {}, legs = [leg]) {
  const begun = editOf(of, legs, ZONE)
  return changesOf(of, { ...begun, ...change }, begun, ZONE)
}

describe('an edit', () => {
  it('sends what differs, and nothing else', () => {
    expect(changes()).toEqual({})
    expect(changes(order(), { quantity: '10.0', limitPrice: '187.2' })).toEqual({})
    expect(changes(order(), { limitPrice: '187.25' })).toEqual({ limitPrice: '187.25' })
  })

  it('gives a gtd order its end', () => {
    const changed = changes(order(), { timeInForce: 'gtd', expiresAt: '2026-11-30T17:30' })
    expect(changed).toEqual({ timeInForce: 'gtd', expiresAt: Date.UTC(2026, 10, 30, 17, 30) })
  })

  it('removes a leg with null, and leaves the other alone', () => {
    const { legs } = editOf(order(), [leg], ZONE)
    expect(changes(order(), { legs: { ...legs, stopLoss: false } })).toEqual({ stopLoss: null })
    const both = { ...legs, takeProfit: true, profitPrice: '200' }
    expect(changes(order(), { legs: both })).toEqual({ takeProfit: { limitPrice: '200' } })
  })

  it('offers what the order has: no quantity of a leg, no stop that was triggered', () => {
    expect(numbersOf(leg)).toEqual(['stopPrice'])
    const triggered = order({ type: 'stop_limit', stopPrice: '190', triggeredAt: 1 })
    expect(numbersOf(triggered)).toEqual(['quantity', 'limitPrice'])
    const trailing = order({ type: 'trailing_stop', limitPrice: undefined, stopPrice: '190' })
    expect(numbersOf({ ...trailing, trailingOffset: '1' })).toEqual(['quantity', 'trailingOffset'])
  })

  it('asks for what is missing', () => {
    const edit = editOf(order(), [], ZONE)
    expect(Object.keys(checkEdit(order(), { ...edit, limitPrice: '' }, ZONE))).toEqual([
      'limitPrice',
    ])
  })
})
