import { describe, expect, it } from 'vitest'
import type { OrderCondition, OrderExplanation } from '@generated/models'
import { execution, order } from '@/mocks/samples'
import { reasonWords } from '@/shared/text'
import { ending, figures, terms, version, wanted, type Writing } from './words'

const write: Writing = {
  price: (price) => Number(price).toFixed(2),
  average: (price) => Number(price).toFixed(3),
  marketTime: (time) => `t${time}`,
}
const waits = (changes: Partial<OrderCondition>) => {
  const condition: OrderCondition = { condition: 'quote', description: '', ...changes }
  return figures(condition, undefined, write)
}
const explained = (changes: Partial<OrderExplanation>): OrderExplanation => ({
  order: order({ status: 'canceled' }),
  history: [],
  executions: [],
  waitsFor: [],
  asOf: { epoch: 'e', sequence: 1 },
  ...changes,
})

describe('what is said of an order', () => {
  it('names its terms, the price of a limit or a stop but once', () => {
    expect(terms(order({ limitPrice: '187.2' }), write)).toBe('Limit 187.20 · GTC')
    expect(terms(order({ type: 'market', limitPrice: undefined }), write)).toBe('Market · GTC')
    const both = order({ type: 'stop_limit', stopPrice: '190', limitPrice: '191' })
    expect(terms(both, write)).toBe('Stop limit · Stop 190.00 · Limit 191.00 · GTC')
    const trailing = {
      trailingOffset: '4',
      trailingOffsetType: 'percent',
      stopPrice: '180',
    } as const
    expect(terms(order({ type: 'trailing_stop', limitPrice: undefined, ...trailing }), write)).toBe(
      'Trailing stop · Trail 4 % · Stop 180.00 · GTC',
    )
  })

  it('says in words why it ended, never by a code', () => {
    expect(reasonWords('not_filled_at_once')).toBe('It could not fill at once')
    expect(reasonWords('venue_is_full')).toBe('Venue is full')
    expect(reasonWords('Symbol halted by NYSE')).toBe('Symbol halted by NYSE')
    const canceled = order({ status: 'canceled', cancelReason: 'oco', averagePrice: '187.1' })
    expect(ending(explained({ order: canceled }), write)).toBe('Another order of its group filled')
    const expired = order({ status: 'expired', filledQuantity: '3', averagePrice: '187.1' })
    expect(
      ending(explained({ order: expired, executions: [execution(), execution()] }), write),
    ).toBe('Its time in force is over · 3 at 187.100 on average')
    const filled = order({ status: 'filled', averagePrice: '187.1' })
    expect(ending(explained({ order: filled, executions: [execution()] }), write)).toBe('')
  })

  it('gives the figures behind what it waits for', () => {
    expect(waits({ condition: 'venue', marketTime: 5 })).toBe('Arrives t5')
    expect(waits({ condition: 'feed', marketTime: 5 })).toBe('Last price t5')
    expect(waits({ condition: 'quote', marketTime: 5 })).toBe('From t5 on')
    expect(waits({ condition: 'queue', model: 'half' })).toBe('Fill model: half')
    expect(waits({ condition: 'liquidity', offered: '75', taken: '70' })).toBe(
      '70 of 75 offered are taken',
    )
    const entry = order({ limitPrice: '150' })
    const parent: OrderCondition = { condition: 'parent', description: '', orderId: 'o1' }
    expect(figures(parent, entry, write)).toBe('Entry: Limit 150.00 · GTC')
  })

  it('names the price that a condition takes as the order does', () => {
    const at = (condition: OrderCondition['condition'], price?: string) =>
      wanted({ condition, description: '', price }, write)
    expect(at('trigger', '241.5')).toBe('Stop 241.50')
    expect(at('limit', '225')).toBe('Limit 225.00')
    expect(at('liquidity')).toBeUndefined()
  })

  it('tells of a version how far it was, and whether it was triggered', () => {
    const early = { revision: 1, status: 'working', quantity: '5', filledQuantity: '2' } as const
    const times = { time: 1, marketTime: 1 }
    expect(version({ ...early, ...times, triggeredAt: 1, limitPrice: '9' }, write)).toBe(
      'Working · Triggered · 2 of 5 filled · Limit 9.00',
    )
  })
})
