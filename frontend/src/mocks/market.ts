import type { Bar, Quote, Resolution, Symbol } from '@generated/models'
import { quote, symbol } from './samples'

/** A small made-up market: prices are a function of symbol and time, so that history and stream agree. */
const MINUTE = 60_000
const DAY = 1440 * MINUTE
const LENGTHS: Record<Resolution, number> = {
  '1': MINUTE,
  '5': 5 * MINUTE,
  '15': 15 * MINUTE,
  '30': 30 * MINUTE,
  '60': 60 * MINUTE,
  '240': 240 * MINUTE,
  D: DAY,
  W: 7 * DAY,
  M: 30 * DAY,
}

const LISTED: readonly [Partial<Symbol> & { symbol: string }, number][] = [
  [{ symbol: 'AAPL', description: 'Apple Inc.' }, 187],
  [{ symbol: 'GOOGL', description: 'Alphabet Inc.' }, 171],
  [{ symbol: 'MSFT', description: 'Microsoft Corporation' }, 428],
  [
    {
      symbol: 'EURUSD',
      description: 'Euro / US Dollar',
      type: 'currency',
      tickSize: '0.00001',
      quantityStep: '1000',
    },
    1.0842,
  ],
  [
    {
      symbol: 'BTCUSD',
      description: 'Bitcoin / US Dollar',
      type: 'crypto',
      quantityStep: '0.0001',
    },
    64_310,
  ],
  [
    { symbol: 'ETHUSD', description: 'Ether / US Dollar', type: 'crypto', quantityStep: '0.001' },
    3120,
  ],
  [
    {
      symbol: 'SIMNY:SPY',
      description: 'S&P 500 fund',
      exchange: 'SIMNY',
      timeZone: 'America/New_York',
      session: '0930-1600',
      calendar: 'XNYS',
    },
    512,
  ],
  [
    {
      symbol: 'REC:AAPL',
      description: 'Apple Inc. (recorded)',
      exchange: 'REC',
      dataKind: 'recorded',
      clock: 'replay',
      resolutions: ['D', 'W', 'M'],
    },
    118,
  ],
  [
    {
      symbol: 'REC:IBM',
      description: 'IBM (recorded)',
      exchange: 'REC',
      dataKind: 'recorded',
      clock: 'replay',
      resolutions: ['D', 'W', 'M'],
    },
    104,
  ],
]

export const symbols: readonly Symbol[] = LISTED.map(([each]) => {
  const ticker = each.symbol.split(':').pop() ?? each.symbol
  return symbol({ ...each, ticker, venueSymbol: ticker })
})

function noise(seed: number): number {
  const x = Math.sin(seed * 12.9898) * 43_758.5453
  return x - Math.floor(x) - 0.5
}

export function priceAt(id: string, time: number): number {
  const index = LISTED.findIndex(([each]) => each.symbol === id)
  const base = LISTED[index]?.[1] ?? 100
  const days = time / DAY
  const wave =
    0.09 * Math.sin(days / 23 + index) +
    0.03 * Math.sin(days / 3.1 + index * 2) +
    0.008 * Math.sin(days * 9) +
    0.003 * Math.sin(days * 71 + index)
  return (
    base *
    (1 +
      wave +
      0.0012 * noise(Math.floor(time / 20_000) + index) +
      0.0003 * noise(Math.floor(time / 500)))
  )
}

function places(id: string): number {
  return id === 'EURUSD' ? 5 : 2
}
const round = (id: string, price: number) => Number(price.toFixed(places(id)))

export function barAt(id: string, resolution: Resolution, time: number, until = Infinity): Bar {
  const length = LENGTHS[resolution]
  const end = Math.min(time + length, until)
  const prices = Array.from({ length: 24 }, (_, i) => priceAt(id, time + ((end - time) * i) / 23))
  return {
    time,
    open: round(id, prices[0] ?? 0),
    high: round(id, Math.max(...prices)),
    low: round(id, Math.min(...prices)),
    close: round(id, prices[prices.length - 1] ?? 0),
    volume: Math.round(((end - time) / MINUTE) * (900 + 700 * noise(time / length))),
  }
}

export function startOf(resolution: Resolution, time: number): number {
  const length = LENGTHS[resolution]
  return Math.floor(time / length) * length
}

export function bars(id: string, resolution: Resolution, to: number, count: number): Bar[] {
  const last = startOf(resolution, to - 1)
  return Array.from({ length: count }, (_, i) =>
    barAt(id, resolution, last - (count - 1 - i) * LENGTHS[resolution], to),
  )
}

export function quoteAt(id: string, time: number): Quote {
  const listed = symbols.find((each) => each.symbol === id)
  const digits = places(id)
  const tick = 10 ** -digits
  const last = round(id, priceAt(id, time))
  const day = barAt(id, 'D', startOf('D', time), time)
  const previous = round(id, priceAt(id, startOf('D', time)))
  const fixed = (value: number) => value.toFixed(digits)
  return quote({
    symbol: id,
    time,
    bid: fixed(last - tick),
    ask: fixed(last),
    last: fixed(last),
    open: fixed(day.open),
    high: fixed(Math.max(day.high, last)),
    low: fixed(Math.min(day.low, last)),
    previousClose: fixed(previous),
    change: fixed(last - previous),
    changePercent: ((last / previous - 1) * 100).toFixed(2),
    volume: String(day.volume),
    dataKind: listed?.dataKind ?? 'simulated',
  })
}
