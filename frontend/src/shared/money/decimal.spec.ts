import { describe, expect, it } from 'vitest'
import { add, compare, decimalPlaces, nearestStep, parseDecimal, ratio, stepBy, subtract } from '.'

describe('decimals', () => {
  it('adds without floating point', () => {
    expect(add('0.1', '0.2')).toBe('0.3')
    expect(subtract('100000', '0.000000000001')).toBe('99999.999999999999')
  })

  it('never writes an exponent', () => {
    expect(add('0.00000001', '0')).toBe('0.00000001')
    expect(parseDecimal('0.000000000001')).toBe('0.000000000001')
  })

  it.each([
    ['1,000.50', '1000.5'],
    [' 12 ', '12'],
    ['.5', '0.5'],
    ['10.', '10'],
    ['-0', '0'],
  ])('reads %j as %j', (typed, value) => {
    expect(parseDecimal(typed)).toBe(value)
  })

  it.each(['', '-', '1e5', '12a', '1.2.3', 'NaN', 'Infinity'])('refuses %j', (typed) => {
    expect(parseDecimal(typed)).toBeUndefined()
  })

  it('compares numbers, not texts', () => {
    expect(compare('10', '9')).toBe(1)
    expect(compare('1.0', '1')).toBe(0)
  })

  it('divides, but not by zero', () => {
    expect(ratio('1', '3')).toBe('0.333333333333')
    expect(ratio('1', '0')).toBeUndefined()
  })

  it('steps to the next multiple', () => {
    expect(stepBy('187.42', '0.01', 1)).toBe('187.43')
    expect(stepBy('187.425', '0.01', 1)).toBe('187.43')
    expect(stepBy('187.425', '0.01', -1)).toBe('187.42')
    expect(stepBy('0.3', '0.1', -1)).toBe('0.2')
  })

  it('finds the nearest valid value', () => {
    expect(nearestStep('187.4251', '0.01')).toBe('187.43')
    expect(nearestStep('7', '5')).toBe('5')
  })

  it('counts decimals', () => {
    expect(decimalPlaces('0.00001')).toBe(5)
    expect(decimalPlaces('0.10')).toBe(1)
    expect(decimalPlaces('25')).toBe(0)
  })
})
