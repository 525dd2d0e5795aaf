import { describe, expect, it, vi } from 'vitest'
import { useAccounts } from '@/features/account'
import { render } from '@/mocks/render'
import { placeOrder } from '@/services'
import PositionsPanel from './PositionsPanel.vue'

describe('the positions', () => {
  it('show what is held with its profit, and close it', async () => {
    const panel = render(PositionsPanel)
    await useAccounts().load()
    expect(panel.text()).toContain('No open positions')
    await placeOrder('paper', { type: 'market', symbol: 'BTCUSD', side: 'sell', quantity: '0.5' })
    await vi.waitFor(() => {
      expect(panel.text()).toContain('Short')
    })
    await vi.waitFor(() => {
      expect(panel.get('tbody').text()).toMatch(/[+−]?\d+\.\d\d/)
    })
    expect(panel.get('tbody').text()).toContain('0.5')

    await panel.get('button[aria-label="Close short 0.5 BTCUSD"]').trigger('click')
    await vi.waitFor(() => {
      expect(panel.text()).toContain('No open positions')
    })
  })
})
