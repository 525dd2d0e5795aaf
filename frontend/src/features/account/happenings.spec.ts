import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Activity } from '@generated/models'
import { mock } from '@/mocks/node'
import { render } from '@/mocks/render'
import HappeningNotices from './HappeningNotices.vue'
import { useAccounts } from './store'
import { useHappenings } from './told'
import { figuresIn, titleOf } from './words'

const figures = { equity: '40131', maintenanceMargin: '32537.5' }
const LIQUIDATION = { kind: 'liquidation', symbol: 'AAPL', quantity: '1900', ...figures } as const
const activity = (changes: Pick<Activity, 'kind'> & Partial<Activity>): Activity => ({
  activityId: 'act_1',
  amount: '0',
  balance: '1',
  time: 1,
  marketTime: 1,
  sequence: 1,
  ...changes,
})
const words = (each: Activity) => [titleOf(each), ...figuresIn(each)]

async function notices() {
  const shown = render(HappeningNotices)
  await useAccounts().load()
  await vi.waitFor(() => {
    expect(useAccounts().ledgerOf('paper')).toBeDefined()
  })
  return shown
}

function call(active: boolean): void {
  const kind = active ? 'margin_call' : 'margin_restored'
  mock.brokers.paper?.happen({ kind, ...figures }, [{ type: 'margin_call', active, ...figures }])
}

describe('what the broker does without being asked', () => {
  beforeEach(() => {
    localStorage.clear()
  })

  it('is told with the figures of the transaction', () => {
    const split = { type: 'split', time: 0, numerator: 2, denominator: 1 } as const
    expect(words(activity({ kind: 'split', symbol: 'AAPL', split }))).toEqual([
      'Split',
      'AAPL: 1 old share became 2 new',
    ])
    const paid = { amount: '15', note: '0.15 for each of 100' }
    expect(words(activity({ kind: 'dividend', symbol: 'IBM', ...paid }))).toEqual([
      'Dividend',
      'IBM: 0.15 for each of 100',
      '+15.00 booked',
    ])
    expect(words(activity(LIQUIDATION))).toEqual([
      'Liquidation',
      'An order that closes 1,900 AAPL was placed for the account',
      'Equity 40,131.00, maintenance margin 32,537.50',
    ])
  })

  it('is shown until it is dismissed, a margin call as long as it stands', async () => {
    const shown = await notices()
    call(true)
    await vi.waitFor(() => {
      expect(shown.text()).toContain('Margin call')
    })
    expect(shown.get('[role="alert"]').text()).toContain('maintenance margin')
    mock.brokers.paper?.happen(LIQUIDATION)
    await vi.waitFor(() => {
      expect(shown.text()).toContain('closes 1,900 AAPL')
    })
    call(false)
    await vi.waitFor(() => {
      expect(shown.text()).toContain('Margin call lifted')
    })
    expect(shown.findAll('[data-happening]')).toHaveLength(2)
    for (const name of ['Liquidation', 'Margin call lifted'])
      await shown.get(`[aria-label="Dismiss: ${name}"]`).trigger('click')
    expect(shown.findAll('[data-happening]')).toHaveLength(0)
    expect(useHappenings().mine).toHaveLength(3)
  })

  it('is shown to somebody who was not there, unless it is old news', async () => {
    mock.brokers.paper?.happen(LIQUIDATION)
    const old = Date.now() - 2 * 86_400_000
    mock.brokers.paper?.happen({ kind: 'dividend', symbol: 'IBM', amount: '15', time: old })
    const shown = await notices()
    await vi.waitFor(() => {
      expect(shown.text()).toContain('closes 1,900 AAPL')
    })
    expect(shown.text()).not.toContain('Dividend')
    expect(useHappenings().mine.map((each) => each.activity.kind)).toContain('dividend')
  })
})
