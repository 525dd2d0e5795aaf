import type { BarUpdate } from '@generated/models'
import { getBars, stream } from '@/services'
import type { BarSource, Series } from './adapter'
import { Coalescer, joinBars } from './bars'

const PAGE = 1000
/** A chart is redrawn at most ten times a second. */
const REDRAW_EVERY = 100

interface Watch {
  key: string
  onBar: ((bar: BarUpdate) => void) | undefined
  onReset: (() => void) | undefined
  coalescer: Coalescer
  newest: number
  /** The chart only takes bars in order: what follows a hole waits until the hole is filled. */
  filling: boolean
  timer: ReturnType<typeof setInterval>
  stop: () => void
}

/** Bars from the server: pages of history, and the stream that continues them without a gap. */
export function serverBars(): BarSource & { dispose: () => void } {
  let current: Watch | undefined

  function open(series: Series): Watch {
    const { symbol } = series.symbol
    const key = keyOf(series)
    if (current?.key === key) return current
    current?.stop()
    const coalescer = new Coalescer()
    let epoch: string | undefined
    const unsubscribe = stream().watch(
      'bars',
      { symbol, resolution: series.resolution },
      {
        onSnapshot: (bar, place) => {
          const again = epoch !== undefined
          const restarted = again && epoch !== place.epoch
          epoch = place.epoch
          if (bar) coalescer.add(bar)
          if (restarted) opened.onReset?.()
          else if (again) void fillGap(series, opened)
        },
        onUpdate: (bar) => {
          coalescer.add(bar)
        },
        onReset: () => {
          opened.onReset?.()
        },
      },
    )
    const timer = setInterval(() => {
      deliver(opened)
    }, REDRAW_EVERY)
    const opened: Watch = {
      key,
      onBar: undefined,
      onReset: undefined,
      coalescer,
      newest: 0,
      filling: false,
      timer,
      stop: () => {
        clearInterval(timer)
        unsubscribe()
        if (current === opened) current = undefined
      },
    }
    current = opened
    return opened
  }

  return {
    async load(series, before) {
      const watch = open(series)
      const page = await getBars({
        symbol: series.symbol.symbol,
        resolution: series.resolution,
        to: before,
        countBack: PAGE,
      })
      if (before !== undefined) return { bars: page.bars, more: page.bars.length > 0 }
      const bars = joinBars(page.bars, watch.coalescer.take())
      watch.newest = bars[bars.length - 1]?.time ?? 0
      return { bars, more: page.bars.length > 0 }
    },
    watch(series, onBar, onReset) {
      const watch = open(series)
      watch.onBar = onBar
      watch.onReset = onReset
      return () => {
        if (current === watch) watch.stop()
      }
    },
    dispose: () => {
      current?.stop()
    },
  }
}

const keyOf = (series: Series) => `${series.symbol.symbol} ${series.resolution}`

function deliver(watch: Watch): void {
  if (!watch.onBar || watch.filling) return
  for (const bar of watch.coalescer.take()) {
    if (bar.time < watch.newest) continue
    watch.newest = bar.time
    watch.onBar(bar)
  }
}

/** After a cut: the bars since the last one seen, which may have closed meanwhile. */
async function fillGap(series: Series, watch: Watch): Promise<void> {
  watch.filling = true
  try {
    const { bars } = await getBars({
      symbol: series.symbol.symbol,
      resolution: series.resolution,
      countBack: PAGE,
    })
    if ((bars[0]?.time ?? 0) > watch.newest) {
      watch.onReset?.()
      return
    }
    const missed = bars.filter((bar) => bar.time >= watch.newest)
    for (const bar of joinBars(missed, watch.coalescer.take()))
      watch.coalescer.add({ ...bar, closed: false })
  } catch {
    // The next bar of the stream still comes; the chart shows the hole that there is.
  } finally {
    watch.filling = false
  }
}
