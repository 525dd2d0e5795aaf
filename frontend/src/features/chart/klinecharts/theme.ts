import type {
  CandleTooltipLegendsCustomCallback,
  DeepPartial,
  Styles,
  TooltipLegend,
} from 'klinecharts'
import { token } from '@/shared/composables/theme'
import { text } from '@/shared/text'
import type { ChartStyle } from '@/features/workspace'

const FAMILY = "'Inter Variable', system-ui, sans-serif"
const CANDLES = {
  candles: 'candle_solid',
  hollow: 'candle_up_stroke',
  bars: 'ohlc',
  area: 'area',
} as const

/** The prices of the bar under the cross, in the colour of its direction. */
const legend: CandleTooltipLegendsCustomCallback = ({ current, prev }) => {
  if (!current) return []
  const color = token(current.close >= (prev?.close ?? current.open) ? 'up' : 'down')
  const quiet = token('ink-3')
  const entry = (title: string, value: string): TooltipLegend => ({
    title: { text: `${title} `, color: quiet },
    value: { text: value, color },
  })
  return [
    entry(text.chart.open, '{open}'),
    entry(text.chart.high, '{high}'),
    entry(text.chart.low, '{low}'),
    entry(text.chart.close, '{close}'),
    entry(text.chart.volume, '{volume}'),
  ]
}

/** The library's styles, from the design tokens as they are now. */
export function stylesFor(style: ChartStyle): DeepPartial<Styles> {
  const [up, down, ink, ink2, ink3] = ['candle-up', 'candle-down', 'ink', 'ink-2', 'ink-3'].map(
    token,
  ) as [string, string, string, string, string]
  const [accent, grid, line, panel, solid, onSolid] = [
    'accent',
    'grid',
    'line',
    'panel',
    'accent-solid',
    'on-solid',
  ].map(token) as [string, string, string, string, string, string]
  const [upSolid, downSolid, lineStrong, warn] = [
    'up-solid',
    'down-solid',
    'line-strong',
    'warn',
  ].map(token) as [string, string, string, string]
  const label = { family: FAMILY, size: 11, weight: 500 }
  const axis = {
    axisLine: { color: line },
    tickLine: { show: false },
    tickText: { ...label, color: ink3 },
  }
  const crosshair = {
    line: { color: ink3, dashedValue: [3, 3] },
    text: { ...label, color: panel, backgroundColor: ink2, borderColor: ink2, borderRadius: 2 },
  }
  const volume = { upColor: `${up}80`, downColor: `${down}80`, noChangeColor: lineStrong }
  return {
    grid: {
      horizontal: { color: grid, style: 'solid' },
      vertical: { color: grid, style: 'solid' },
    },
    candle: {
      type: CANDLES[style],
      bar: {
        upColor: up,
        downColor: down,
        noChangeColor: ink3,
        upBorderColor: up,
        downBorderColor: down,
        noChangeBorderColor: ink3,
        upWickColor: up,
        downWickColor: down,
        noChangeWickColor: ink3,
      },
      area: {
        lineColor: accent,
        lineSize: 1.5,
        smooth: false,
        backgroundColor: [
          { offset: 0, color: `${accent}05` },
          { offset: 1, color: `${accent}33` },
        ],
        point: { show: false },
      },
      priceMark: {
        high: { color: ink3, textFamily: FAMILY, textSize: 11 },
        low: { color: ink3, textFamily: FAMILY, textSize: 11 },
        last: {
          upColor: upSolid,
          downColor: downSolid,
          noChangeColor: solid,
          line: { dashedValue: [2, 3] },
          text: { ...label, color: onSolid, borderRadius: 2 },
        },
      },
      tooltip: {
        offsetLeft: 10,
        offsetTop: 34,
        title: { show: false },
        legend: { ...label, color: ink2, marginLeft: 0, marginRight: 10, template: legend },
      },
    },
    indicator: {
      bars: [{ ...volume }],
      lines: [accent, warn, ink2, up, down].map((color) => ({ color, size: 1 })),
      lastValueMark: { show: false },
      tooltip: {
        offsetLeft: 10,
        title: { ...label, color: ink3, marginLeft: 0 },
        legend: { ...label, color: ink2, marginLeft: 0, marginRight: 10 },
      },
    },
    xAxis: axis,
    yAxis: axis,
    separator: { size: 1, color: line, fill: true, activeBackgroundColor: `${accent}22` },
    crosshair: { horizontal: crosshair, vertical: crosshair },
    overlay: { text: { ...label, color: ink } },
  }
}
