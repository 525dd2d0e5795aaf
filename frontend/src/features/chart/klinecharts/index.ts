import {
  dispose,
  init,
  type Chart,
  type DataLoader,
  type KLineData,
  type Period,
} from 'klinecharts'
import type { Bar, Resolution } from '@generated/models'
import { decimalPlaces, formatCompact } from '@/shared/money'
import { text } from '@/shared/text'
import type { ChartStyle, Indicator } from '@/features/workspace'
import type { BarSource, ChartAdapter, ChartEvents, PriceLine, Series } from '../adapter'
import { showLines } from './lines'
import { stylesFor } from './theme'

const PERIODS: Record<Resolution, Period> = {
  '1': { type: 'minute', span: 1 },
  '5': { type: 'minute', span: 5 },
  '15': { type: 'minute', span: 15 },
  '30': { type: 'minute', span: 30 },
  '60': { type: 'hour', span: 1 },
  '240': { type: 'hour', span: 4 },
  D: { type: 'day', span: 1 },
  W: { type: 'week', span: 1 },
  M: { type: 'month', span: 1 },
}
const ON_PRICE: ReadonlySet<Indicator> = new Set(['MA', 'EMA', 'BOLL', 'SAR'])
const PERIODS_OF_AVERAGES = { MA: [20, 50], EMA: [12, 26] } as const
/** The volume stands in the legend of the bar already. */
const WITHOUT_LEGEND = {
  calcParams: [],
  createTooltipDataSource: () => ({ name: '', calcParamsText: '', legends: [], features: [] }),
}
const CANDLE_PANE = 'candle_pane'
const VOLUME_HEIGHT = 90
const INDICATOR_HEIGHT = 110

/** The chart on klinecharts. The library's "forward" means older bars. */
class KlineChart implements ChartAdapter {
  private readonly observer: ResizeObserver
  private series: Series | undefined
  private indicators: readonly Indicator[] = []
  private style: ChartStyle = 'candles'
  private lines: readonly PriceLine[] = []
  private unwatch: (() => void) | undefined

  constructor(
    private readonly element: HTMLElement,
    private readonly chart: Chart,
    private readonly source: BarSource,
    private readonly events: ChartEvents,
  ) {
    // The library asks for the first place in the order of tabs; ours is the order of the page.
    element.querySelector('[tabindex]')?.setAttribute('tabindex', '0')
    chart.setStyles(stylesFor(this.style))
    chart.setFormatter({ formatBigNumber: (value) => formatCompact(Number(value).toFixed(4)) })
    chart.setOffsetRightDistance(64)
    chart.setBarSpace(7)
    // Pixels above the highest price, where the legend stands.
    chart.overrideYAxis({ paneId: CANDLE_PANE, gap: { top: 120, bottom: 28 } })
    this.observer = new ResizeObserver(() => {
      chart.resize()
    })
    this.observer.observe(element)
  }

  setSeries(series: Series): void {
    this.series = series
    const { symbol, resolution } = series
    this.chart.removeOverlay()
    this.chart.setSymbol({
      ticker: symbol.symbol,
      pricePrecision: decimalPlaces(symbol.tickSize),
      volumePrecision: 0,
    })
    this.chart.setPeriod(PERIODS[resolution])
    this.chart.setDataLoader(this.loader(series))
  }

  private loader(series: Series): DataLoader {
    return {
      getBars: async ({ type, timestamp, symbol, callback }) => {
        // The library loads at each step of a change; only the last one has all of it.
        if (this.series !== series || symbol.ticker !== series.symbol.symbol) return
        if (type !== 'init' && type !== 'forward') {
          callback([], { backward: false })
          return
        }
        const first = type === 'init'
        if (first) this.events.onState('loading')
        try {
          const { bars, more } = await this.source.load(
            series,
            first ? undefined : (timestamp ?? undefined),
          )
          if (this.series !== series) return
          callback(bars.map(toLibrary), { forward: more, backward: false })
          if (first) this.events.onState(bars.length === 0 ? 'empty' : 'ready')
          if (first) showLines(this.chart, this.lines)
        } catch {
          callback([], { forward: !first, backward: false })
          if (first && this.series === series) this.events.onState('failed')
        }
      },
      subscribeBar: ({ callback }) => {
        this.unwatch?.()
        this.unwatch = this.source.watch(
          series,
          (bar) => {
            callback(toLibrary(bar))
          },
          () => {
            this.chart.resetData()
          },
        )
      },
      unsubscribeBar: () => {
        this.unwatch?.()
        this.unwatch = undefined
      },
    }
  }

  setLines(lines: readonly PriceLine[]): void {
    this.lines = lines
    showLines(this.chart, lines)
  }

  setIndicators(indicators: readonly Indicator[]): void {
    for (const gone of this.indicators.filter((each) => !indicators.includes(each))) {
      this.chart.removeIndicator({ name: gone })
    }
    for (const added of indicators.filter((each) => !this.indicators.includes(each)))
      this.add(added)
    this.indicators = [...indicators]
  }

  private add(name: Indicator): void {
    if (ON_PRICE.has(name)) {
      const calcParams =
        name === 'MA' || name === 'EMA' ? [...PERIODS_OF_AVERAGES[name]] : undefined
      this.chart.createIndicator(
        { name, paneId: CANDLE_PANE, ...(calcParams && { calcParams }) },
        true,
      )
      return
    }
    const paneId = `pane_${name}`
    this.chart.createIndicator({ name, paneId, ...(name === 'VOL' && WITHOUT_LEGEND) })
    this.chart.setPaneOptions({
      id: paneId,
      height: name === 'VOL' ? VOLUME_HEIGHT : INDICATOR_HEIGHT,
    })
  }

  setStyle(style: ChartStyle): void {
    this.style = style
    this.chart.setStyles(stylesFor(style))
  }

  setTimeZone(zone: string): void {
    this.chart.setTimezone(zone)
  }

  applyTheme(): void {
    this.chart.setStyles(stylesFor(this.style))
    showLines(this.chart, this.lines)
  }

  toNewest(): void {
    this.chart.scrollToRealTime(200)
  }

  dispose(): void {
    this.observer.disconnect()
    this.unwatch?.()
    dispose(this.element)
  }
}

function toLibrary({ time, open, high, low, close, volume }: Bar): KLineData {
  return { timestamp: time, open, high, low, close, volume }
}

export function createKlineChart(
  element: HTMLElement,
  source: BarSource,
  events: ChartEvents,
): ChartAdapter {
  const chart = init(element)
  if (!chart) throw new Error(text.chart.failed)
  return new KlineChart(element, chart, source, events)
}
