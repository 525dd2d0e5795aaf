import { defineStore } from 'pinia'
import type { Resolution } from '@generated/models'
import { computed } from 'vue'
import { isListOf, isOneOf, isText, stored } from '@/shared/composables/stored'
import { localZone } from '@/shared/time'

export const RESOLUTIONS = [
  '1',
  '5',
  '15',
  '30',
  '60',
  '240',
  'D',
  'W',
  'M',
] as const satisfies readonly Resolution[]
export const INDICATORS = ['VOL', 'MA', 'EMA', 'BOLL', 'SAR', 'MACD', 'RSI', 'KDJ'] as const
export const CHART_STYLES = ['candles', 'hollow', 'bars', 'area'] as const
export const ZONES = ['local', 'exchange', 'utc'] as const

export type Indicator = (typeof INDICATORS)[number]
export type ChartStyle = (typeof CHART_STYLES)[number]
export type Zone = (typeof ZONES)[number]

const FIRST_WATCHLIST = [
  'AAPL',
  'MSFT',
  'GOOGL',
  'BTCUSD',
  'ETHUSD',
  'EURUSD',
  'REC:AAPL',
  'REC:IBM',
]

/** What the user set up on this screen; remembered in this browser. */
export const useWorkspace = defineStore('workspace', () => {
  const symbol = stored('symbol', 'AAPL', isText)
  const resolution = stored<Resolution>('resolution', '1', isOneOf(RESOLUTIONS))
  const indicators = stored<Indicator[]>('indicators', ['VOL', 'MA'], isListOf(INDICATORS))
  const chartStyle = stored<ChartStyle>('chart-style', 'candles', isOneOf(CHART_STYLES))
  const zone = stored<Zone>('zone', 'local', isOneOf(ZONES))
  const watchlist = stored<string[]>('watchlist', FIRST_WATCHLIST, isListOf())

  /** The zone of times that belong to no one exchange, as in the tables. */
  const tableZone = computed(() => (zone.value === 'utc' ? 'UTC' : localZone()))

  function toggleIndicator(indicator: Indicator): void {
    indicators.value = indicators.value.includes(indicator)
      ? indicators.value.filter((each) => each !== indicator)
      : [...indicators.value, indicator]
  }

  function toggleWatched(id: string): void {
    watchlist.value = watchlist.value.includes(id)
      ? watchlist.value.filter((each) => each !== id)
      : [...watchlist.value, id]
  }

  return {
    symbol,
    resolution,
    indicators,
    chartStyle,
    zone,
    watchlist,
    tableZone,
    toggleIndicator,
    toggleWatched,
  }
})
