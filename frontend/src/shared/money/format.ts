import { decimalPlaces, sign, type Decimal } from './decimal'

const LOCALE = 'en-US'
const formatters = new Map<string, Intl.NumberFormat>()

/** Formatters are dear to make and cheap to use, so each one is made once. */
function formatter(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  let found = formatters.get(key)
  if (!found) {
    found = new Intl.NumberFormat(LOCALE, options)
    formatters.set(key, found)
  }
  return found
}

/** Intl keeps every digit when it is given the string; the library's types know only literals. */
function format(numberFormat: Intl.NumberFormat, value: Decimal): string {
  return numberFormat.format(value as Intl.StringNumericLiteral).replace('-', '−')
}

function fixed(places: number, signed = false): Intl.NumberFormat {
  return formatter(`fixed:${places}:${String(signed)}`, {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
    signDisplay: signed ? 'exceptZero' : 'negative',
  })
}

/** A price with as many decimals as its tick, or more if it has more (an average price). */
export function formatPrice(price: Decimal, tickSize?: Decimal): string {
  const places = tickSize === undefined ? decimalPlaces(price) : decimalPlaces(tickSize)
  return format(fixed(places), price)
}

/** A price as a person would type it: with the decimals of its tick and without separators. */
export function formatPlain(price: Decimal, tickSize: Decimal): string {
  return formatPrice(price, tickSize).replaceAll(',', '')
}

/** A ratio in few digits: "2", "1.5", "0.33". */
export function formatRatio(value: Decimal): string {
  return format(formatter('ratio', { maximumFractionDigits: 2 }), value)
}

/** An average price: up to two decimals more than the tick has. */
export function formatAverage(price: Decimal, tickSize: Decimal): string {
  const least = decimalPlaces(tickSize)
  const most = least + 2
  return format(
    formatter(`average:${least}`, { minimumFractionDigits: least, maximumFractionDigits: most }),
    price,
  )
}

/** A quantity with the decimals that it has. */
export function formatQuantity(quantity: Decimal): string {
  return format(formatter('quantity', { maximumFractionDigits: 12 }), quantity)
}

/** An amount with two decimals and without its currency: "−1,234.50". */
export function formatAmount(amount: Decimal): string {
  return format(fixed(2), amount)
}

/** An amount with its sign: "+12.00", "−3.10", "0.00". */
export function formatSigned(amount: Decimal, places = 2): string {
  return format(fixed(places, true), amount)
}

/** An amount with its currency: "$100,000.00". */
export function formatMoney(amount: Decimal, currency: string): string {
  return format(formatter(`money:${currency}`, { style: 'currency', currency }), amount)
}

/** A percentage with its sign: "1.2345" is "+1.23%". */
export function formatPercent(percent: Decimal): string {
  return `${format(fixed(2, true), percent)}%`
}

/** A share of one as a percentage without a sign: "0.2" is "20%". */
export function formatRate(share: Decimal): string {
  return format(formatter('rate', { style: 'percent', maximumFractionDigits: 2 }), share)
}

/** A large number in few characters: "12.4K", "3.1M". */
export function formatCompact(value: Decimal): string {
  return format(
    formatter('compact', {
      notation: 'compact',
      maximumFractionDigits: 2,
      minimumFractionDigits: 0,
    }),
    value,
  )
}

export type Direction = 'up' | 'down' | 'flat'

export function direction(value: Decimal): Direction {
  const which = sign(value)
  return which > 0 ? 'up' : which < 0 ? 'down' : 'flat'
}
