import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { useAccounts } from '@/features/account'
import { useQuotes } from '@/features/quotes'
import { mock } from '@/mocks/node'
import { render } from '@/mocks/render'
import ConnectionState from './ConnectionState.vue'
import LostBanner from './LostBanner.vue'

const state = (wrapper: ReturnType<typeof render>) =>
  wrapper.get('button').attributes('data-state-of-connection')

describe('the state of the connection', () => {
  afterEach(() => {
    for (const status of ['quotes:AAPL', 'pnl:paper'])
      mock.stream.status(status, { stale: false, feedAge: 0 })
    mock.stream.connection({ ...broker, state: 'connected' })
  })

  const broker = { accountId: 'paper', broker: 'paper', since: 0 }

  it('is that of the source, and before it that of the broker', async () => {
    const indicator = render(ConnectionState)
    const accounts = useAccounts()
    onTestFinished(useQuotes().watchQuote('AAPL'))
    await accounts.load()
    onTestFinished(() => {
      accounts.leave()
    })
    await vi.waitFor(() => {
      expect(state(indicator)).toBe('connected')
      expect(accounts.broker?.state).toBe('connected')
    })
    mock.stream.status('quotes:AAPL', { stale: true, feedAge: 6_000 })
    mock.stream.status('pnl:paper', { stale: true, feedAge: 6_000 })
    await vi.waitFor(() => {
      expect(state(indicator)).toBe('stale')
      expect(accounts.stale).toBe(true)
    })
    mock.stream.connection({ ...broker, state: 'disconnected', reason: 'No writes.' })
    await vi.waitFor(() => {
      expect(state(indicator)).toBe('brokerLost')
    })
    expect(accounts.broker?.reason).toBe('No writes.')
    mock.stream.connection({ ...broker, state: 'connected' })
    mock.stream.status('pnl:paper', { stale: false, feedAge: 0 })
    await vi.waitFor(() => {
      expect(state(indicator)).toBe('stale')
      expect(accounts.stale).toBe(false)
    })
  })

  it('says why the server ended it for good', async () => {
    const banner = render(LostBanner)
    const indicator = render(ConnectionState)
    await vi.waitFor(() => {
      expect(state(indicator)).toBe('connected')
    })
    mock.stream.cut(4101)
    await vi.waitFor(() => {
      expect(banner.text()).toContain('the session has ended')
    }, 4000)
    expect(state(indicator)).toBe('offline')
    expect(banner.get('button').text()).toBe('Reload')
  })
})
