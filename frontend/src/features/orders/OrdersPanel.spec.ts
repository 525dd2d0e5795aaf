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
    expect(panel.text()).toContain('No open orders')
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

  it('show legs under their entry, with the prices that each waits for', async () => {
    const panel = render(OrdersPanel)
    await useAccounts().load()
    await placeOrder('paper', {
      type: 'stop_limit',
      symbol: 'AAPL',
      side: 'buy',
      quantity: '4',
      stopPrice: '300.00',
      limitPrice: '301.00',
      takeProfit: { limitPrice: '310.00' },
      stopLoss: { trailingOffset: '1.5', trailingOffsetType: 'percent' },
    })
    await placeOrder('paper', {
      type: 'limit',
      symbol: 'MSFT',
      side: 'buy',
      quantity: '1',
      limitPrice: '1.00',
    })
    const rows = () => panel.findAll('tbody tr').map((row) => row.text().replace(/\s+/g, ' '))
    await vi.waitFor(() => {
      expect(rows()).toHaveLength(4)
    })
    const at = rows().findIndex((row) => row.includes('Stop limit'))
    expect(rows()[at]).toMatch(/301\.00\s*300\.00/)
    expect(
      rows()
        .slice(at + 1, at + 3)
        .join(),
    ).toMatch(/Take profit.*310\.00.*Held/)
    expect(
      rows()
        .slice(at + 1, at + 3)
        .join(),
    ).toMatch(/Stop loss.*1\.5 %.*Held/)
  })

  it('are edited in a dialog that shows what is refused, and say why they wait', async () => {
    const panel = render(OrdersPanel)
    await useAccounts().load()
    const { order } = await placeOrder('paper', {
      type: 'limit',
      symbol: 'GOOGL',
      side: 'buy',
      quantity: '4',
      limitPrice: '1.00',
    })
    await vi.waitFor(() => {
      expect(panel.find('button[aria-label="Edit buy 4 GOOGL"]').exists()).toBe(true)
    })
    await panel.get('button[aria-label="Edit buy 4 GOOGL"]').trigger('click')
    const inDialog = (selector: string) => {
      const found = document.querySelector(`[role="dialog"] ${selector}`)
      if (!found) throw new Error(`There is no ${selector}.`)
      return found
    }
    const quantity = await vi.waitFor(() => inDialog('input[type="text"]') as HTMLInputElement)
    quantity.value = '6'
    quantity.dispatchEvent(new Event('input'))
    inDialog('form').dispatchEvent(new Event('submit'))
    await vi.waitFor(() => {
      expect(mock.brokers.paper?.orders.get(order.orderId)?.quantity).toBe('6')
      expect(document.querySelector('[role="dialog"]')).toBeNull()
    })
    await panel.get('button[aria-label="Working. Why? Buy 6 GOOGL"]').trigger('click')
    await vi.waitFor(() => {
      expect(inDialog('div').textContent).toContain('The ask must fall to the limit.')
    })
  })
})
