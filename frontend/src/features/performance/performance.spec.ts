import { http, HttpResponse } from 'msw/http'
import { describe, expect, it, vi } from 'vitest'
import type { AccountTrade, Performance } from '@generated/models'
import { useAccounts } from '@/features/account'
import { server } from '@/mocks/node'
import { render } from '@/mocks/render'
import { curve } from './curve'
import { groups } from './figures'
import PerformancePanel from './PerformancePanel.vue'

const DAY = 86_400_000
const day = (at: number, equity: string, pnl: string, over = true) => ({
  day: at * DAY,
  over,
  equity,
  pnl,
  grossValue: '0',
})
const empty: Performance = {
  accountId: 'paper',
  clock: 'live',
  currency: 'USD',
  firstEquity: '1000',
  days: [],
  returns: { periodsPerYear: 252, totalPnl: '0', maxDrawdown: '0', maxDrawdownRate: '0' },
  trades: {
    trades: 0,
    winners: 0,
    losers: 0,
    grossProfit: '0',
    grossLoss: '0',
    netProfit: '0',
  },
  symbols: [],
  asOf: { epoch: 'mock', sequence: 1 },
}
const traded: Performance = {
  ...empty,
  days: [day(1, '1100', '100'), day(2, '990', '-110'), day(3, '1050', '60', false)],
  returns: {
    periodsPerYear: 252,
    totalPnl: '50',
    totalReturn: '0.05',
    maxDrawdown: '110',
    maxDrawdownRate: '0.1',
    drawdownFrom: DAY,
    drawdownTo: 2 * DAY,
    volatility: '2.2',
    sharpeRatio: '1.234',
  },
  trades: { ...empty.trades, trades: 2, winners: 2, winRate: '1', netProfit: '50' },
}
const words = (found: Performance) =>
  Object.fromEntries(groups(found).flatMap((each) => each.figures.map((f) => [f.label, f.text])))

describe('the figures of performance', () => {
  it('say why one is not defined', () => {
    expect(words(empty)).toMatchObject({
      'Sharpe ratio': 'Needs two days that are over',
      'Sortino ratio': 'Needs two days that are over',
      'Max. drawdown': 'No fall so far',
      'Win rate': 'No trades yet',
      'Profit factor': 'No trades yet',
      Average: 'Not defined without days',
    })
    expect(words(traded)).toMatchObject({
      'Sharpe ratio': '1.23',
      'Sortino ratio': 'No day lost',
      'Max. drawdown': '−110.00 (10%)',
      'Win rate': '100%',
      'Profit factor': 'Nothing was lost',
    })
    const broke = { ...traded, days: [day(1, '-5', '-1005'), day(2, '-4', '1')] }
    expect(words(broke)['Sortino ratio']).toBe('Equity was not above zero')
  })
})

describe('the equity curve', () => {
  it('begins with the first equity, and has a bar for each day', () => {
    const drawn = curve(traded, 300, 200)
    expect(drawn.middles).toEqual([50, 150, 250])
    expect(drawn.line.split(' ')).toHaveLength(4)
    expect(drawn.bars.map((each) => each.up)).toEqual([true, false, true])
    const [won, lost] = drawn.bars
    expect(won && won.y + won.height).toBeCloseTo(drawn.zeroY)
    expect(lost?.y).toBeCloseTo(drawn.zeroY)
    const heights = drawn.dots.map((each) => each.y)
    expect(Math.min(...heights)).toBe(heights[0])
    expect(Math.max(...heights)).toBe(heights[1])
    expect(drawn.dots.every((each) => each.y >= 0 && each.y <= 200)).toBe(true)
  })

  it('is level where nothing moved', () => {
    const drawn = curve({ ...empty, days: [day(1, '1000', '0')] }, 100, 100)
    expect(new Set(drawn.line.split(' ').map((each) => each.split(',')[1])).size).toBe(1)
    expect(drawn.bars[0]?.height).toBe(0)
  })
})

describe('the panel', () => {
  const trade: AccountTrade = {
    positionId: 'p9',
    symbol: 'AAPL',
    side: 'long',
    quantity: '10',
    entryPrice: '100',
    exitPrice: '105',
    openedAt: DAY,
    closedAt: 2 * DAY,
    executions: 2,
    realizedPnl: '50',
    commission: '1',
    carry: '0',
    netPnl: '49',
    maxAdverseExcursion: '2.5',
  }

  async function open(found: Performance) {
    const path = '*/api/v1/accounts/:accountId'
    server.use(
      http.get(`${path}/performance`, () => HttpResponse.json(found)),
      http.get(`${path}/trades`, () => HttpResponse.json({ trades: [trade], asOf: found.asOf })),
    )
    const panel = render(PerformancePanel)
    await useAccounts().load()
    return panel
  }

  it('shows the days, and the trades with their excursions', async () => {
    const panel = await open(traded)
    await vi.waitFor(() => {
      expect(panel.text()).toContain('Sharpe ratio')
    })
    const views = panel.findAll('header button')
    await views[1]?.trigger('click')
    expect(panel.get('tbody').text()).toContain('not over yet')
    await views[3]?.trigger('click')
    await vi.waitFor(() => {
      expect(panel.get('tbody').text()).toContain('+49.00')
    })
    expect(panel.get('tbody').text()).toContain('2.50')
    expect(panel.find('[title^="Not known"]').text()).toBe('–')
  })

  it('says that nothing was filled yet', async () => {
    const panel = await open(empty)
    await vi.waitFor(() => {
      expect(panel.text()).toContain('No fills yet')
    })
  })
})
