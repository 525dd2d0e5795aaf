import { http, HttpResponse } from 'msw/http'
import { describe, expect, it, vi } from 'vitest'
import { useAccounts } from '@/features/account'
import { server } from '@/mocks/node'
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

  it('are reversed, and protected by legs that a dialog asks for', async () => {
    const panel = render(PositionsPanel)
    await useAccounts().load()
    await placeOrder('paper', { type: 'market', symbol: 'MSFT', side: 'buy', quantity: '3' })
    await vi.waitFor(() => {
      expect(panel.find('button[aria-label="Reverse long 3 MSFT"]').exists()).toBe(true)
    })
    await panel.get('button[aria-label="Reverse long 3 MSFT"]').trigger('click')
    await vi.waitFor(() => {
      expect(panel.find('button[aria-label="Protect short 3 MSFT"]').exists()).toBe(true)
    })
    const sent: unknown[] = []
    server.use(
      http.put('*/api/v1/accounts/:accountId/positions/:positionId/brackets', async (call) => {
        sent.push(await call.request.json())
        return HttpResponse.error()
      }),
    )
    await panel.get('button[aria-label="Protect short 3 MSFT"]').trigger('click')
    const boxes = await vi.waitFor(() => {
      const found = document.querySelectorAll<HTMLInputElement>('[role="dialog"] [type="checkbox"]')
      expect(found).toHaveLength(2)
      return found
    })
    boxes[1]?.click()
    await vi.waitFor(() => {
      expect(document.querySelector('[data-testid="stop-loss-distance"]')).not.toBeNull()
    })
    document.querySelector('[role="dialog"] form')?.dispatchEvent(new Event('submit'))
    await vi.waitFor(() => {
      expect(sent).toEqual([{ stopLoss: { stopPrice: expect.stringMatching(/^\d+\.\d+$/) } }])
    })
  })
})
