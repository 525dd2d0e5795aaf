import { describe, expect, it } from 'vitest'
import {
  formatAmount,
  formatAverage,
  formatPercent,
  formatCompact,
  formatMoney,
  formatPrice,
  formatQuantity,
  formatSigned,
} from '.'

describe('formats', () => {
  it('keeps every digit of a long number', () => {
    expect(formatQuantity('123456789012345678.123456789012')).toBe(
      '123,456,789,012,345,678.123456789012',
    )
  })

  it('shows a price with the decimals of its tick', () => {
    expect(formatPrice('187.4', '0.01')).toBe('187.40')
    expect(formatPrice('1.0842', '0.00001')).toBe('1.08420')
    expect(formatPrice('187.425')).toBe('187.425')
  })

  it('shows an average with up to two decimals more', () => {
    expect(formatAverage('187.423333333333', '0.01')).toBe('187.4233')
    expect(formatAverage('187.4', '0.01')).toBe('187.40')
  })

  it('shows signs with a true minus, and none at zero', () => {
    expect(formatSigned('12')).toBe('+12.00')
    expect(formatSigned('-3.1')).toBe('−3.10')
    expect(formatSigned('0')).toBe('0.00')
    expect(formatAmount('-1234.5')).toBe('−1,234.50')
  })

  it('shows money, changes and large numbers', () => {
    expect(formatMoney('100000', 'USD')).toBe('$100,000.00')
    expect(formatMoney('-0.5', 'USD')).toBe('−$0.50')
    expect(formatPercent('1.234')).toBe('+1.23%')
    expect(formatCompact('38478000')).toBe('38.48M')
  })
})
