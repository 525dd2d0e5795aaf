import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { policy } from '@generated/stream'
import type { Listener } from '@generated/stream'
import { accept, hello, openOnWire as open, turn, Wire } from '@/mocks/wire'

const bar = { time: 60_000, open: 1, high: 2, low: 0.5, close: 1.5, volume: 10, closed: false }

beforeEach(() => {
  Wire.all = []
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a subscription', () => {
  it('gets its snapshot, its updates and its other events', async () => {
    const client = open()
    const listener = {
      onSnapshot: vi.fn(),
      onUpdate: vi.fn(),
      onReset: vi.fn(),
    } satisfies Listener<'bars'>
    client.subscribe('bars', { symbol: 'AAPL', resolution: '1' }, listener)
    expect(Wire.last.sent).toEqual([])
    Wire.last.say(hello)
    await turn()
    expect(Wire.last.sent).toEqual([
      { type: 'bars.subscribe', id: '1', payload: { symbol: 'AAPL', resolution: '1' } },
    ])
    accept('1', 'bars:AAPL:1', { seq: 41 }, bar)
    Wire.last.say({
      type: 'bars.update',
      topic: 'bars:AAPL:1',
      seq: 44,
      payload: { ...bar, close: 2 },
    })
    Wire.last.say({ type: 'bars.update', topic: 'bars:MSFT:1', seq: 45, payload: bar })
    Wire.last.say({
      type: 'bars.reset',
      topic: 'bars:AAPL:1',
      seq: 46,
      payload: { reason: 'replay_restarted', epoch: 'f' },
    })
    expect(listener.onSnapshot).toHaveBeenCalledExactlyOnceWith(bar, { epoch: 'e', seq: 41 })
    expect(listener.onUpdate).toHaveBeenCalledExactlyOnceWith(
      { ...bar, close: 2 },
      { epoch: 'e', seq: 44 },
    )
    expect(listener.onReset).toHaveBeenCalledExactlyOnceWith(
      { reason: 'replay_restarted', epoch: 'f' },
      { epoch: 'e', seq: 46 },
    )
  })

  it('is shared by its listeners and ends with the last', async () => {
    const client = open()
    Wire.last.say(hello)
    const first = vi.fn()
    const second = vi.fn()
    const stopFirst = client.subscribe('quotes', { symbol: 'AAPL' }, { onSnapshot: first })
    await turn()
    accept('1', 'quotes:AAPL', { seq: 3 })
    const stopSecond = client.subscribe('quotes', { symbol: 'AAPL' }, { onSnapshot: second })
    await turn()
    accept('2', 'quotes:AAPL', { seq: 5 })
    expect(first).toHaveBeenCalledTimes(2)
    expect(second).toHaveBeenCalledTimes(1)
    stopFirst()
    stopFirst()
    await turn()
    expect(Wire.last.sent).toHaveLength(2)
    stopSecond()
    await turn()
    expect(Wire.last.sent.at(-1)).toEqual({
      type: 'quotes.unsubscribe',
      payload: { symbol: 'AAPL' },
    })
  })

  it('keeps a topic that is watched under another spelling', async () => {
    const client = open()
    Wire.last.say(hello)
    const stop = client.subscribe('quotes', { symbol: 'SIM:AAPL' }, {})
    client.subscribe('quotes', { symbol: 'AAPL' }, {})
    await turn()
    accept('1', 'quotes:AAPL', { seq: 1 })
    accept('2', 'quotes:AAPL', { seq: 1 })
    stop()
    await turn()
    expect(Wire.last.sent.map((each) => each.type)).toEqual([
      'quotes.subscribe',
      'quotes.subscribe',
    ])
  })

  it('hears why it was refused', async () => {
    const onError = vi.fn()
    open().subscribe('quotes', { symbol: 'NONE' }, { onError })
    Wire.last.say(hello)
    await turn()
    Wire.last.say({
      type: 'quotes.subscribe.response',
      id: '1',
      payload: { status: 'error', code: 'symbol_not_found', message: 'No.' },
    })
    expect(onError).toHaveBeenCalledExactlyOnceWith({ code: 'symbol_not_found', message: 'No.' })
  })

  it('that ends before it is answered is left when the answer comes', async () => {
    const client = open()
    Wire.last.say(hello)
    const stop = client.subscribe('quotes', { symbol: 'SIM:AAPL' }, {})
    await turn()
    stop()
    await turn()
    expect(Wire.last.sent).toHaveLength(1)
    accept('1', 'quotes:AAPL', { seq: 1 })
    await turn()
    expect(Wire.last.sent.at(-1)).toEqual({
      type: 'quotes.unsubscribe',
      payload: { symbol: 'SIM:AAPL' },
    })
  })

  it('that came back before it was answered stays', async () => {
    const client = open()
    Wire.last.say(hello)
    client.subscribe('quotes', { symbol: 'AAPL' }, {})()
    const onSnapshot = vi.fn()
    client.subscribe('quotes', { symbol: 'AAPL' }, { onSnapshot })
    await turn()
    accept('1', 'quotes:AAPL', { seq: 1 })
    await turn()
    expect(Wire.last.sent).toHaveLength(1)
    expect(onSnapshot).toHaveBeenCalledOnce()
  })

  it('that is renewed by what its snapshot leads to stays', async () => {
    const client = open()
    Wire.last.say(hello)
    const stop = client.subscribe(
      'quotes',
      { symbol: 'AAPL' },
      {
        onSnapshot: () => {
          stop()
          client.subscribe('quotes', { symbol: 'AAPL' }, {})
        },
      },
    )
    await turn()
    accept('1', 'quotes:AAPL', { seq: 1 })
    await turn()
    expect(Wire.last.sent.map((each) => each.type)).toEqual([
      'quotes.subscribe',
      'quotes.unsubscribe',
      'quotes.subscribe',
    ])
  })

  it('that was too fast for the server is tried again', async () => {
    open().subscribe('quotes', { symbol: 'AAPL' }, {})
    Wire.last.say(hello)
    await turn()
    Wire.last.say({
      type: 'error',
      id: '1',
      payload: { code: 'rate_exceeded', message: 'Slow down.' },
    })
    await vi.advanceTimersByTimeAsync(3_000)
    expect(Wire.last.sent).toHaveLength(2)
  })
})

describe('what is said in one turn', () => {
  it('leaves as arrays of at most 256, within the rate', async () => {
    const client = open()
    for (let index = 0; index < 2_100; index++)
      client.subscribe('quotes', { symbol: `S${index}` }, {})
    Wire.last.say(hello)
    await turn()
    expect(Wire.last.frames.map((frame) => [frame].flat().length)).toEqual([
      256, 256, 256, 256, 256, 256, 256, 208,
    ])
    await vi.advanceTimersByTimeAsync(2_000)
    expect(Wire.last.sent).toHaveLength(policy.limits.messageBurst + 100)
  })

  it('leaves in frames that are small enough, by the limits of the server', async () => {
    const client = open()
    for (let index = 0; index < 20; index++) client.subscribe('quotes', { symbol: `S${index}` }, {})
    Wire.last.say({ type: 'hello', payload: { limits: { frameSize: 400, batchSize: 9 } } })
    await turn()
    expect(Wire.last.sent).toHaveLength(20)
    for (const frame of Wire.last.frames) {
      expect(JSON.stringify(frame).length).toBeLessThanOrEqual(400)
    }
  })
})
