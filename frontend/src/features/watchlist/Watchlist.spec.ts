import { describe, expect, it, vi } from 'vitest'
import { useWorkspace } from '@/features/workspace'
import { mock } from '@/mocks/node'
import { render } from '@/mocks/render'
import Watchlist from './Watchlist.vue'

describe('the watchlist', () => {
  it('shows live prices with their kind of data', async () => {
    const list = render(Watchlist)
    await vi.waitFor(() => {
      expect(list.get('[data-watched="AAPL"]').text()).toMatch(/\d+\.\d\d.*%/)
    })
    await vi.waitFor(() => {
      expect(list.get('[data-watched="REC:AAPL"]').text()).toContain('Recorded')
    })
    expect(list.get('[data-watched="AAPL"]').text()).toContain('Simulated')
    const before = list.get('[data-watched="BTCUSD"]').text()
    await vi.waitFor(() => {
      expect(list.get('[data-watched="BTCUSD"]').text()).not.toBe(before)
    }, 3000)
  })

  it('marks the prices whose source is silent, until it speaks again', async () => {
    const list = render(Watchlist)
    const marks = () => list.findAll('[data-stale]').length
    await vi.waitFor(() => {
      expect(list.get('[data-watched="AAPL"]').text()).toMatch(/\d/)
    })
    mock.stream.status('quotes:AAPL', { stale: true, feedAge: 6_000 })
    await vi.waitFor(() => {
      expect(list.get('[data-watched="AAPL"]').text()).toContain('Stale')
    })
    expect(marks()).toBe(1)
    mock.stream.cut(4002)
    mock.stream.status('quotes:AAPL', { stale: false, feedAge: 0 })
    await vi.waitFor(() => {
      expect(marks()).toBe(0)
    }, 3000)
  })

  it('chooses and removes symbols, and remembers', async () => {
    const list = render(Watchlist)
    await list.get('button[aria-label="Show MSFT"]').trigger('click')
    expect(useWorkspace().symbol).toBe('MSFT')
    await list.get('button[aria-label="Remove MSFT from the watchlist"]').trigger('click')
    expect(list.find('[data-watched="MSFT"]').exists()).toBe(false)
    expect(localStorage.getItem('trading-pro.watchlist')).not.toContain('MSFT')
  })
})
