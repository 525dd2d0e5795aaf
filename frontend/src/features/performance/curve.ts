import type { Performance, PerformanceDay } from '@generated/models'

/** Geometry of the equity curve and of the bars under it, in pixels. Numbers here are for drawing alone. */
export interface Curve {
  /** Points of the equity line, from what the range begins with. */
  line: string
  /** The same down to the ground, to be filled. */
  area: string
  /** Where the range began. */
  firstY: number
  bars: { x: number; y: number; width: number; height: number; up: boolean }[]
  zeroY: number
  ticks: { y: number; value: number }[]
  /** The middle of each day. */
  middles: number[]
  dots: { x: number; y: number }[]
}

const PADDING = 8
const BAR_SHARE = 0.3
const WIDEST_BAR = 28

export function curve({ days, firstEquity }: Performance, width: number, height: number): Curve {
  const ground = height * (1 - BAR_SHARE) - PADDING
  const values = [Number(firstEquity), ...days.map((each) => Number(each.equity))]
  const lowest = Math.min(...values)
  const highest = Math.max(...values)
  const span = highest - lowest || Math.abs(highest) * 0.01 || 1
  const y = (value: number) => PADDING + ((highest - value) / span) * (ground - 2 * PADDING)
  const slot = width / Math.max(days.length, 1)
  const middles = days.map((_, at) => slot * (at + 0.5))
  const points = [0, ...middles].map((x, at) => ({ x, y: y(values[at] ?? 0) }))
  const line = points.map((each) => `${round(each.x)},${round(each.y)}`).join(' ')
  const last = points.at(-1)?.x ?? 0
  return {
    line,
    area: `0,${round(ground)} ${line} ${round(last)},${round(ground)}`,
    firstY: y(Number(firstEquity)),
    ticks: [...new Set([highest, (highest + lowest) / 2, lowest])].map((value) => ({
      y: y(value),
      value,
    })),
    middles,
    dots: points.slice(1),
    ...bars(days, middles, slot, ground + PADDING, height - PADDING),
  }
}

function bars(
  days: readonly PerformanceDay[],
  middles: readonly number[],
  slot: number,
  top: number,
  bottom: number,
): Pick<Curve, 'bars' | 'zeroY'> {
  const pnls = days.map((each) => Number(each.pnl))
  const highest = Math.max(0, ...pnls)
  const span = highest - Math.min(0, ...pnls) || 1
  const y = (value: number) => top + ((highest - value) / span) * (bottom - top)
  const width = Math.max(1, Math.min(slot * 0.7, WIDEST_BAR))
  const zeroY = y(0)
  return {
    zeroY,
    bars: pnls.map((pnl, at) => ({
      x: (middles[at] ?? 0) - width / 2,
      y: Math.min(y(pnl), zeroY),
      width,
      height: Math.max(Math.abs(y(pnl) - zeroY), pnl === 0 ? 0 : 1),
      up: pnl >= 0,
    })),
  }
}

const round = (value: number) => Math.round(value * 10) / 10
