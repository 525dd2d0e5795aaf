import { describe, expect, it } from 'vitest'
import { symbol } from '@/mocks/samples'
import { check, estimate, request, type Draft } from './draft'

const draft = (changes: Partial<Draft> = {}): Draft => ({
  side: 'buy',
  type: 'limit',
  quantity: '1,000',
  limitPrice: '187.40',
  timeInForce: 'gtc',
  ...changes,
})

describe('a draft', () => {
  it.each(['', '0', '-1', 'ten', '1e3'])('needs a quantity, not %j', (quantity) => {
    expect(check(draft({ quantity })).quantity).toBeDefined()
  })

  it('needs a price only if it is a limit order', () => {
    expect(check(draft({ limitPrice: '' })).limitPrice).toBeDefined()
    expect(check(draft({ limitPrice: '', type: 'market' }))).toEqual({})
  })

  it('becomes a request in plain decimals', () => {
    expect(request(draft(), 'AAPL', 'k1')).toEqual({
      type: 'limit',
      symbol: 'AAPL',
      side: 'buy',
      quantity: '1000',
      limitPrice: '187.4',
      timeInForce: 'gtc',
      clientOrderId: 'k1',
    })
    expect(request(draft({ type: 'market' }), 'AAPL', 'k1')).not.toHaveProperty('limitPrice')
  })

  it('is estimated at its limit, or at the side of the quote that it meets', () => {
    const quote = { bid: '187.41', ask: '187.42' }
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
})
