import { describe, expect, it, vi } from 'vitest'
import type { AccountEvent } from '@generated/models'
import { mock } from '@/mocks/node'
import { render } from '@/mocks/render'
import { balance, position } from '@/mocks/samples'
import { happened, isHappenings } from './happenings'
import HappeningNotices from './HappeningNotices.vue'
import { useAccounts } from './store'
import { useHappenings } from './told'
import { figuresIn, titleOf } from './words'

const figures = { equity: '40131', maintenanceMargin: '32537.5' }
const call = (active: boolean): AccountEvent => ({ type: 'margin_call', active, ...figures })
const liquidation: AccountEvent = {
  type: 'liquidation',
  orderId: 'o9',
  positionId: 'p1',
  symbol: 'AAPL',
  quantity: '1900',
  ...figures,
}
const told = (...events: AccountEvent[]) =>
  happened(
    {
      transactionId: 't1',
      accountId: 'paper',
      time: 7,
      marketTime: 7,
      cause: 'corporate_action',
      events,
    },
    'mock',
  )

describe('what the broker does without being asked', () => {
  it('is told with the figures of the transaction', () => {
    const split = { type: 'split', time: 0, numerator: 2, denominator: 1 } as const
    const [first] = told(
      { type: 'corporate_action', symbol: 'AAPL', action: split },
      { type: 'position', position: position({ quantity: '20' }) },
    )
    expect(first && [titleOf(first), ...figuresIn(first)]).toEqual([
      'Split',
      'AAPL: 1 old share became 2 new',
      '20 held now',
    ])
    const dividend = { type: 'dividend', time: 0, amount: '0.15', currency: 'USD' } as const
    const about = { balance: '1', time: 1, marketTime: 1, sequence: 3 }
    const [second] = told(
      { type: 'corporate_action', symbol: 'IBM', action: dividend },
      {
        type: 'balance',
        balance: balance(),
        activities: [
          { ...about, activityId: 'a', kind: 'dividend', symbol: 'IBM', amount: '15' },
          { ...about, activityId: 'b', kind: 'dividend', symbol: 'MSFT', amount: '3' },
        ],
      },
    )
    expect(second && figuresIn(second)).toEqual(['IBM: 0.15 USD for each share', '+15.00 booked'])
  })

  it('is remembered only in its own shape', () => {
    expect(isHappenings(told(call(true), liquidation))).toBe(true)
    for (const strange of [{}, [1], [{ id: 'x', event: { type: 'other' } }]])
      expect(isHappenings(strange)).toBe(false)
  })

  it('is shown until it is dismissed, a margin call as long as it stands', async () => {
    const notices = render(HappeningNotices)
    await useAccounts().load()
    await vi.waitFor(() => {
      expect(useAccounts().ledgerOf('paper')).toBeDefined()
    })
    const tell = (...events: AccountEvent[]) => {
      mock.brokers.paper?.happen(events)
    }
    tell(call(true))
    await vi.waitFor(() => {
      expect(notices.text()).toContain('Margin call')
    })
    expect(notices.get('[role="alert"]').text()).toContain('maintenance margin')
    tell(liquidation)
    await vi.waitFor(() => {
      expect(notices.text()).toContain('closes 1,900 AAPL')
    })
    tell(call(false))
    await vi.waitFor(() => {
      expect(notices.text()).toContain('Margin call lifted')
    })
    expect(notices.findAll('[data-happening]')).toHaveLength(2)
    for (const name of ['Liquidation', 'Margin call lifted'])
      await notices.get(`[aria-label="Dismiss: ${name}"]`).trigger('click')
    expect(notices.findAll('[data-happening]')).toHaveLength(0)
    expect(useHappenings().mine.map(titleOf)).toHaveLength(3)
  })
})
