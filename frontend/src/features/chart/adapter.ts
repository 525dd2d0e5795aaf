import type { Bar, BarUpdate, Resolution, Symbol } from '@generated/models'
import type { ChartStyle, Indicator } from '@/features/workspace'

/** What is drawn: one symbol at one resolution. */
export interface Series {
  symbol: Symbol
  resolution: Resolution
}

/** Where a chart gets its bars. Bars are numbers: they are geometry, nothing is counted with them. */
export interface BarSource {
  /** The newest bars before a time, ascending; without a time the newest of all. `more`: older ones exist. */
  load(series: Series, before?: number): Promise<{ bars: readonly Bar[]; more: boolean }>
  /** Calls back with every change of the newest bars; `onReset` says that all must be loaded again. */
  watch(series: Series, onBar: (bar: BarUpdate) => void, onReset: () => void): () => void
}

/** A horizontal line at a price, with a label. */
export interface PriceLine {
  id: string
  price: number
  label: string
  tone: 'buy' | 'sell' | 'position'
}

/** What the screen asks of a charting library. Another library is another implementation of this. */
export interface ChartAdapter {
  setSeries(series: Series): void
  setLines(lines: readonly PriceLine[]): void
  setIndicators(indicators: readonly Indicator[]): void
  setStyle(style: ChartStyle): void
  setTimeZone(zone: string): void
  /** Reads the design tokens again. */
  applyTheme(): void
  toNewest(): void
  dispose(): void
}

export interface ChartEvents {
  onState: (state: 'loading' | 'ready' | 'empty' | 'failed') => void
}
export type CreateChart = (
  element: HTMLElement,
  source: BarSource,
  events: ChartEvents,
) => ChartAdapter
