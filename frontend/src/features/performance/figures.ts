import type { Performance } from '@generated/models'
import {
  compare,
  formatAmount,
  formatRate,
  formatRatio,
  formatSigned,
  negate,
  type Decimal,
} from '@/shared/money'
import { text } from '@/shared/text'
import { formatDate } from '@/shared/time'
import type { Figure, Figures } from '@/shared/ui'

export function groups(found: Performance): Figures[] {
  return [
    { title: text.performance.returns, figures: returns(found) },
    { title: text.performance.trades, figures: trades(found) },
    { title: text.performance.exposure, figures: exposure(found) },
  ]
}

function returns(found: Performance): Figure[] {
  const { totalPnl, totalReturn, volatility, sharpeRatio, sortinoRatio } = found.returns
  const why = withoutDeviation(found)
  return [
    signed(text.performance.totalPnl, totalPnl),
    figure(text.performance.totalReturn, totalReturn, formatRate, text.performance.noEquity),
    drawdown(found),
    figure(text.performance.volatility, volatility, formatRate, why ?? text.performance.unvaried),
    figure(text.performance.sharpe, sharpeRatio, formatRatio, why ?? text.performance.unvaried),
    figure(text.performance.sortino, sortinoRatio, formatRatio, why ?? text.performance.noLossDay),
  ]
}

/** Why no figure of daily returns is defined, if none is. */
function withoutDeviation({ days, firstEquity }: Performance): string | undefined {
  const over = days.filter((each) => each.over)
  if (over.length < 2) return text.performance.fewDays
  const above = [firstEquity, ...over.map((each) => each.equity)].every(
    (each) => compare(each, '0') > 0,
  )
  return above ? undefined : text.performance.noEquity
}

function drawdown({ returns: found }: Performance): Figure {
  const { maxDrawdown, maxDrawdownRate, drawdownFrom, drawdownTo } = found
  const label = text.performance.drawdown
  if (drawdownTo === undefined) return { label, text: text.performance.noFall, missing: true }
  const from = drawdownFrom === undefined ? text.performance.beginning : day(drawdownFrom)
  return {
    label,
    text: `${formatSigned(negate(maxDrawdown))} (${formatRate(maxDrawdownRate)})`,
    signed: negate(maxDrawdown),
    hint: text.performance.fall(from, day(drawdownTo)),
  }
}

function trades({ trades: found }: Performance): Figure[] {
  const { trades: count, winners, losers } = found
  const none = text.performance.noTrades
  const noLoss = count === 0 ? none : text.performance.noLoss
  return [
    {
      label: text.performance.count,
      text: text.performance.wonAndLost(count, winners, losers),
    },
    figure(text.performance.winRate, found.winRate, formatRate, none),
    figure(text.performance.profitFactor, found.profitFactor, formatRatio, noLoss),
    figure(
      text.performance.averageWin,
      found.averageWin,
      formatAmount,
      count === 0 ? none : text.performance.noWin,
    ),
    figure(text.performance.averageLoss, found.averageLoss, formatAmount, noLoss),
    figure(text.performance.expectancy, found.expectancy, formatSigned, none),
    signed(text.performance.netProfit, found.netProfit),
  ]
}

function exposure({ exposure: found }: Performance): Figure[] {
  const none = text.performance.noExposure
  return [
    figure(text.performance.timeInMarket, found?.timeInMarket, formatRate, none),
    figure(text.performance.averageExposure, found?.average, formatRate, none),
    figure(text.performance.highestExposure, found?.highest, formatRate, none),
  ]
}

function signed(label: string, value: Decimal): Figure {
  return { label, text: formatSigned(value), signed: value }
}

function figure(
  label: string,
  value: Decimal | undefined,
  format: (value: Decimal) => string,
  why: string,
): Figure {
  return value === undefined ? { label, text: why, missing: true } : { label, text: format(value) }
}

const day = (time: number) => formatDate(time, 'UTC')
