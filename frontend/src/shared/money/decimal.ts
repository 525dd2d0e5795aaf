import Big from 'big.js'

/** A decimal number as the contract writes it: a string, never a float. */
export type Decimal = string

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)$/

export function isDecimal(text: string): boolean {
  return DECIMAL.test(text)
}

/** What a person typed, as the contract writes it ("1,000.50" and ".5" included), or undefined. */
export function parseDecimal(text: string): Decimal | undefined {
  const plain = text.replace(/[\s,_]/g, '')
  return isDecimal(plain) ? plainString(new Big(plain)) : undefined
}

/** What a person typed if it is a decimal above zero, or undefined. */
export function positiveDecimal(text: string): Decimal | undefined {
  const value = parseDecimal(text)
  return value !== undefined && sign(value) > 0 ? value : undefined
}

export function add(a: Decimal, b: Decimal): Decimal {
  return plainString(new Big(a).plus(b))
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return plainString(new Big(a).minus(b))
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  return plainString(new Big(a).times(b))
}

/** a / b to twelve decimals, or undefined when b is zero. */
export function ratio(a: Decimal, b: Decimal): Decimal | undefined {
  const divisor = new Big(b)
  if (divisor.eq(0)) return undefined
  return plainString(new Big(a).div(divisor).round(12, Big.roundHalfEven))
}

export function compare(a: Decimal, b: Decimal): -1 | 0 | 1 {
  return new Big(a).cmp(b)
}

/** -1, 0 or 1. */
export function sign(value: Decimal): -1 | 0 | 1 {
  return compare(value, '0')
}

export function negate(value: Decimal): Decimal {
  return plainString(new Big(value).times(-1))
}

export function absolute(value: Decimal): Decimal {
  return plainString(new Big(value).abs())
}

/** How many digits follow the point: "0.01" has two, "1" has none. */
export function decimalPlaces(value: Decimal): number {
  const text = plainString(new Big(value))
  const point = text.indexOf('.')
  return point < 0 ? 0 : text.length - point - 1
}

/** The multiple of `step` that lies `steps` beyond `value`; a value between two multiples goes to the next one. */
export function stepBy(value: Decimal, step: Decimal, steps: number): Decimal {
  const exact = new Big(value).div(step)
  const base = exact.round(0, steps > 0 ? Big.roundDown : Big.roundUp)
  return plainString(base.plus(steps).times(step))
}

/** The multiple of `step` nearest to `value`, as a price or a quantity is set. */
export function nearestStep(value: Decimal, step: Decimal): Decimal {
  return new Big(value).div(step).round(0, Big.roundHalfUp).times(step).toFixed(decimalPlaces(step))
}

/** Never in exponents: `Big('1e-8').toString()` is "1e-8", which is no decimal of the contract. */
function plainString(value: Big): Decimal {
  const text = value.toFixed()
  return text === '-0' ? '0' : text
}
