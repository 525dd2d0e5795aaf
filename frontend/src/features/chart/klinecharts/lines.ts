import { registerOverlay, type Chart } from 'klinecharts'
import { token } from '@/shared/composables/theme'
import type { PriceLine } from '../adapter'

const NAME = 'tradingProPriceLine'
const COLORS = { buy: 'up-solid', sell: 'down-solid', position: 'accent-solid' } as const

let registered = false

/** A line across the pane with its label at the left and its price on the axis. It can be read, not moved. */
function register(): void {
  if (registered) return
  registered = true
  registerOverlay<PriceLine>({
    name: NAME,
    totalStep: 1,
    lock: true,
    zLevel: -1,
    needDefaultPointFigure: false,
    needDefaultXAxisFigure: false,
    needDefaultYAxisFigure: false,
    createPointFigures: ({ overlay, coordinates, bounding }) => {
      const y = coordinates[0]?.y
      if (y === undefined) return []
      const color = token(COLORS[overlay.extendData.tone])
      return [
        {
          type: 'line',
          attrs: {
            coordinates: [
              { x: 0, y },
              { x: bounding.width, y },
            ],
          },
          styles: { color, size: 1, style: 'dashed', dashedValue: [4, 3] },
          ignoreEvent: true,
        },
        {
          type: 'text',
          attrs: {
            x: bounding.width - 8,
            y,
            text: overlay.extendData.label,
            align: 'right',
            baseline: 'middle',
          },
          styles: labelStyles(color),
          ignoreEvent: true,
        },
      ]
    },
    createYAxisFigures: ({ chart, overlay, coordinates, bounding }) => {
      const y = coordinates[0]?.y
      // A position lies near the price: its tag would hide that of the last price.
      if (y === undefined || overlay.extendData.tone === 'position') return []
      const precision = chart.getSymbol()?.pricePrecision ?? 2
      return {
        type: 'text',
        attrs: {
          x: 0,
          y,
          width: bounding.width,
          text: overlay.extendData.price.toFixed(precision),
          align: 'left',
          baseline: 'middle',
        },
        styles: labelStyles(token(COLORS[overlay.extendData.tone])),
        ignoreEvent: true,
      }
    },
  })
}

function labelStyles(color: string) {
  return {
    color: token('on-solid'),
    backgroundColor: color,
    borderColor: color,
    borderRadius: 2,
    size: 11,
    weight: 500,
    family: "'Inter Variable', system-ui, sans-serif",
    paddingLeft: 4,
    paddingRight: 4,
    paddingTop: 3,
    paddingBottom: 3,
  }
}

/** Makes the chart show exactly these lines. */
export function showLines(chart: Chart, lines: readonly PriceLine[]): void {
  register()
  const wanted = new Set(lines.map((line) => line.id))
  for (const overlay of chart.getOverlays({ name: NAME })) {
    if (!wanted.has(overlay.id)) chart.removeOverlay({ id: overlay.id })
  }
  for (const line of lines) {
    const points = [{ value: line.price }]
    const known = chart.getOverlays({ id: line.id }).length > 0
    const overlay = { name: NAME, id: line.id, points, extendData: line }
    if (known) chart.overrideOverlay(overlay)
    else chart.createOverlay(overlay)
  }
}
