import { describe, expect, it, vi } from 'vitest'
import { useAccounts } from '@/features/account'
import { mock } from '@/mocks/node'
import { render } from '@/mocks/render'
import { placeOrder } from '@/services'
import OrdersPanel from './OrdersPanel.vue'

describe('the orders', () => {
  it('list what works, and cancel it', async () => {
    const panel = render(OrdersPanel)
    await useAccounts().load()
    expect(panel.text()).toContain('No working orders')
    await placeOrder('paper', {
      type: 'limit',
      symbol: 'AAPL',
      side: 'buy',
      quantity: '4',
      limitPrice: '1.00',
    })
    await vi.waitFor(() => {
      expect(panel.text()).toContain('Working')
    })
    expect(panel.get('tbody').text()).toContain('1.00')

    await panel.get('button[aria-label="Cancel buy 4 AAPL"]').trigger('click')
    await vi.waitFor(() => {
      expect(panel.find('tbody tr').exists()).toBe(false)
    })
    const all = panel.findAll('button').find((each) => each.text() === 'All')
    await all?.trigger('click')
    expect(panel.get('tbody').text()).toContain('Canceled')
    expect([...(mock.brokers.paper?.orders.values() ?? [])].map((each) => each.status)).toEqual([
      'canceled',
    ])
  })
})
