import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { AccountSnapshot, AccountUpdate } from '@generated/models'
import { StreamClient, type Listener } from '@generated/stream'
import { createServer } from '@/mocks/handlers'
import { server } from '@/mocks/node'

/** The client with a WebSocket of the environment, against the mock server. */
describe('over a WebSocket', () => {
  let mock: ReturnType<typeof createServer>
  let client: StreamClient

  beforeEach(() => {
    mock = createServer()
    server.use(...mock.handlers)
    client = new StreamClient({
      url: 'ws://localhost:8000/api/v1/ws',
      backoff: { first: 1, longest: 2, attempt: 5_000 },
    })
  })
  afterEach(() => {
    client.close()
  })

  const paper = () => {
    const broker = mock.brokers.paper
    if (!broker) throw new Error('no broker')
    return broker
  }
  const order = () =>
    paper().place({
      symbol: 'AAPL',
      side: 'buy',
      type: 'market',
      quantity: '1',
      clientOrderId: `c${paper().sequence}`,
    })

  function follow() {
    const seen: number[] = []
    const heard = {
      onSnapshot: vi.fn<(snapshot: AccountSnapshot) => void>(),
      onResume: vi.fn(),
      onGap: vi.fn(),
      onUpdate: (_: AccountUpdate, { seq }: { seq: number }) => seen.push(seq),
    } satisfies Listener<'account'>
    onTestFinished(client.subscribe('account', { accountId: 'paper' }, heard))
    return { heard, seen }
  }

  it('nothing is lost and nothing is told twice over many cuts', async () => {
    const { heard, seen } = follow()
    await vi.waitFor(() => {
      expect(heard.onSnapshot).toHaveBeenCalledOnce()
    })
    for (let cut = 1; cut <= 10; cut++) {
      order()
      mock.stream.cut(4002)
      order()
      await vi.waitFor(() => {
        expect(seen.at(-1)).toBe(paper().sequence)
        expect(client.state).toBe('open')
      })
      expect(heard.onResume).toHaveBeenCalledTimes(cut)
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index + 2))
    expect(heard.onSnapshot).toHaveBeenCalledOnce()
  })

  it('what is lost is told, and healed by a snapshot', async () => {
    const { heard } = follow()
    await vi.waitFor(() => {
      expect(heard.onSnapshot).toHaveBeenCalledOnce()
    })
    mock.stream.gap('account:paper', 9)
    await vi.waitFor(() => {
      expect(heard.onSnapshot).toHaveBeenCalledTimes(2)
    })
    expect(heard.onGap).toHaveBeenCalledOnce()
  })

  it('who subscribes to a silent topic is told so', async () => {
    const onStatus = vi.fn()
    const status = { stale: true, feedAge: 6_000 }
    mock.stream.status('quotes:AAPL', status)
    client.subscribe('quotes', { symbol: 'AAPL' }, { onStatus })
    await vi.waitFor(() => {
      expect(onStatus).toHaveBeenCalledExactlyOnceWith(status)
    })
  })

  it('a code that says so ends it for good, with the reason', async () => {
    follow()
    await vi.waitFor(() => {
      expect(client.state).toBe('open')
    })
    mock.stream.cut(4101, 'The key was revoked.')
    await vi.waitFor(() => {
      expect(client.state).toBe('closed')
    })
    expect(client.ending).toEqual({ code: 4101, reason: 'The key was revoked.' })
  })
})
