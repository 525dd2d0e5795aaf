import { describe, expect, it } from 'vitest'
import {
  checkLegs,
  distance,
  emptyLegs,
  fieldsOf,
  firstPrice,
  legsOf,
  stopLossPrice,
} from './bracket'

const legs = {
  ...emptyLegs(),
  takeProfit: true,
  profitPrice: '202',
  stopLoss: true,
  stopPrice: '198',
}

describe('the legs of a bracket', () => {
  it('are as far from the entry as ticks, percent and money say', () => {
    expect(distance('buy', '200', '202', '0.01', '10')).toEqual({
      ticks: '200',
      percent: '1',
      pnl: '20',
    })
    expect(distance('sell', '200', '202', '0.01', '10')?.pnl).toBe('-20')
    expect(distance('buy', '200', '202', '0.01')?.pnl).toBeUndefined()
  })

  it('become what the contract wants of each kind of stop', () => {
    expect(legsOf(legs)).toEqual({
      takeProfit: { limitPrice: '202' },
      stopLoss: { stopPrice: '198' },
    })
    expect(legsOf({ ...legs, kind: 'stop_limit', limitPrice: '197.5' }).stopLoss).toEqual({
      stopPrice: '198',
      limitPrice: '197.5',
    })
    expect(
      legsOf({ ...legs, kind: 'trailing_stop', offset: '1', offsetType: 'percent' }).stopLoss,
    ).toEqual({ trailingOffset: '1', trailingOffsetType: 'percent' })
    expect(legsOf(emptyLegs())).toEqual({})
  })

  it('ask only for what they show', () => {
    expect(fieldsOf({ ...legs, kind: 'trailing_stop' })).toEqual([
      'takeProfit/limitPrice',
      'stopLoss/trailingOffset',
    ])
    expect(checkLegs(emptyLegs())).toEqual({})
    expect(Object.keys(checkLegs({ ...legs, stopPrice: '0' }))).toEqual(['stopLoss/stopPrice'])
  })

  it('trail from the entry, below a buy and above a sell', () => {
    const trail = {
      ...legs,
      kind: 'trailing_stop' as const,
      offset: '2',
      offsetType: 'percent' as const,
    }
    expect(stopLossPrice('buy', '200', trail)).toBe('196')
    expect(stopLossPrice('sell', '200', trail)).toBe('204')
  })

  it('begin one percent away, on the tick and on their side', () => {
    expect(firstPrice('buy', '187.43', '0.05', true)).toBe('189.30')
    expect(firstPrice('buy', '187.43', '0.05', false)).toBe('185.55')
    expect(firstPrice('sell', '187.43', '0.05', true)).toBe('185.55')
  })
})
