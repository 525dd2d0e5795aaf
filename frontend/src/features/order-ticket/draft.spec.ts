import { describe, expect, it } from 'vitest'
import { symbol } from '@/mocks/samples'
import {
  check,
  emptyDraft,
  entryPrice,
  estimate,
  request,
  shownFields,
  trailedStop,
  triggerOf,
  triggerPrice,
  type Draft,
} from './draft'

const ZONE = 'Europe/Berlin'
const draft = (changes: Partial<Draft> = {}): Draft => ({
  ...emptyDraft(),
  type: 'limit',
  quantity: '1,000',
  limitPrice: '187.40',
  timeInForce: 'gtc',
  ...changes,
})

describe('a draft', () => {
  it.each(['', '0', '-1', 'ten', '1e3'])('needs a quantity, not %j', (quantity) => {
    expect(check(draft({ quantity }), ZONE).quantity).toBeDefined()
  })

  it('needs a price only if it is a limit order', () => {
    expect(check(draft({ limitPrice: '' }), ZONE).limitPrice).toBeDefined()
    expect(check(draft({ limitPrice: '', type: 'market' }), ZONE)).toEqual({})
  })

  it('becomes a request in plain decimals', () => {
    expect(request(draft(), 'AAPL', 'k1', ZONE)).toEqual({
      type: 'limit',
      symbol: 'AAPL',
      side: 'buy',
      quantity: '1000',
      limitPrice: '187.4',
      timeInForce: 'gtc',
      clientOrderId: 'k1',
    })
    expect(request(draft({ type: 'market' }), 'AAPL', 'k1', ZONE)).not.toHaveProperty('limitPrice')
  })

  it('is estimated at its limit, or at the side of the quote that it meets', () => {
    const quote = { bid: '187.41', ask: '187.42', last: '187.42' }
    expect(estimate(draft(), symbol(), quote)).toEqual({
      price: '187.4',
      value: '187400',
      margin: '37480',
    })
    expect(estimate(draft({ type: 'market', quantity: '1' }), symbol(), quote)?.price).toBe(
      '187.42',
    )
    expect(estimate(draft({ type: 'market', side: 'sell' }), symbol(), quote)?.price).toBe('187.41')
    expect(estimate(draft({ type: 'market' }), symbol(), undefined)).toBeUndefined()
  })

  it('asks for what its type and its time in force need, and for nothing else', () => {
    const empty = { limitPrice: '', stopPrice: '', trailingOffset: '' }
    const asked = (changes: Partial<Draft>) =>
      Object.keys(check(draft({ ...empty, ...changes }), ZONE))
    expect(asked({ type: 'stop' })).toEqual(['stopPrice'])
    expect(asked({ type: 'stop_limit' })).toEqual(['limitPrice', 'stopPrice'])
    expect(asked({ type: 'trailing_stop' })).toEqual(['trailingOffset'])
    expect(asked({ type: 'market', timeInForce: 'gtd', expiresAt: '' })).toEqual(['expiresAt'])
    expect(shownFields(draft({ type: 'stop_limit', timeInForce: 'gtd' }))).toEqual(
      expect.arrayContaining(['stopPrice', 'limitPrice', 'expiresAt']),
    )
  })

  it('ends a gtd order when a clock of the zone shows what was typed', () => {
    const placed = request(
      draft({ timeInForce: 'gtd', expiresAt: '2026-11-30T17:30' }),
      'AAPL',
      'k1',
      ZONE,
    )
    expect(placed.expiresAt).toBe(Date.UTC(2026, 10, 30, 16, 30))
    expect(request(draft(), 'AAPL', 'k1', ZONE).expiresAt).toBeUndefined()
  })

  it('says of each type what the contract wants', () => {
    const terms = { stopPrice: '190', trailingOffset: '1.5', triggerBy: 'mid' as const }
    const of = (changes: Partial<Draft>) =>
      request(draft({ ...terms, ...changes }), 'AAPL', 'k1', ZONE)
    expect(of({ type: 'stop' })).toMatchObject({ stopPrice: '190', triggerBy: 'mid' })
    expect(of({ type: 'stop' })).not.toHaveProperty('limitPrice')
    expect(of({ type: 'stop_limit' })).toMatchObject({ stopPrice: '190', limitPrice: '187.4' })
    expect(of({ type: 'trailing_stop', trailingOffsetType: 'percent' })).toMatchObject({
      trailingOffset: '1.5',
      trailingOffsetType: 'percent',
    })
    expect(of({ type: 'limit', postOnly: true, ocoGroupId: ' g1 ' })).toMatchObject({
      postOnly: true,
      ocoGroupId: 'g1',
    })
    expect(of({ type: 'market', postOnly: true })).not.toHaveProperty('postOnly')
  })

  it('has its legs only if it can open something', () => {
    const legs = { ...emptyDraft().legs, takeProfit: true, profitPrice: '200' }
    expect(request(draft({ legs }), 'AAPL', 'k1', ZONE).takeProfit).toEqual({ limitPrice: '200' })
    const reducing = draft({ legs, reduceOnly: true })
    expect(request(reducing, 'AAPL', 'k1', ZONE).takeProfit).toBeUndefined()
    expect(check(draft({ legs: { ...legs, profitPrice: '' } }), ZONE)).toHaveProperty([
      'takeProfit/limitPrice',
    ])
  })

  it('opens at its stop, and trails what triggers it', () => {
    const quote = { bid: '187.41', ask: '187.43', last: '187.40' }
    expect(entryPrice(draft({ type: 'stop_limit', stopPrice: '190' }), quote)).toBe('190')
    expect(triggerOf(draft(), symbol())).toBe('last')
    expect(triggerOf(draft(), symbol({ type: 'crypto' }))).toBe('bid_ask')
    expect(triggerPrice('mid', 'buy', quote)).toBe('187.42')
    expect(triggerPrice('bid_ask', 'sell', quote)).toBe('187.41')
    expect(trailedStop('sell', '200', '1.5', 'percent')).toBe('197')
    expect(trailedStop('buy', '200', '1.5', 'price')).toBe('201.5')
  })
})
