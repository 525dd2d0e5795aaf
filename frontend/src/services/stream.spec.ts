import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StreamClient, policy, topics } from '@generated/stream'
import type { Listener, Options, Socket, State } from '@generated/stream'

interface Sent {
  type: string
  id?: string
  payload?: unknown
}

/** A server's end of each socket that the client opened. */
class Wire implements Socket {
  static all: Wire[] = []
  onmessage: Socket['onmessage'] = null
  onclose: Socket['onclose'] = null
  frames: (Sent | Sent[])[] = []
  closed = false

  constructor(readonly url: string) {
    Wire.all.push(this)
  }
  static get last(): Wire {
    const wire = Wire.all.at(-1)
    if (!wire) throw new Error('no socket')
    return wire
  }
  send(data: string): void {
    this.frames.push(JSON.parse(data) as Sent)
  }
  close(): void {
    this.closed = true
  }
  say(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }
  end(code: number): void {
    this.onclose?.({ code, reason: '' })
  }
  get sent(): Sent[] {
    return this.frames.flat()
  }
}

const bar = { time: 60_000, open: 1, high: 2, low: 0.5, close: 1.5, volume: 10, closed: false }
const hello = { type: 'hello', payload: {} }

function open(options: Partial<Options> = {}): StreamClient {
  return new StreamClient({ url: 'ws://test', WebSocket: Wire, random: () => 0.5, ...options })
}

/** Lets what was said in this turn leave. */
const turn = () => vi.advanceTimersByTimeAsync(0)

function accept(id: string, topic: string, seq: number, snapshot?: unknown, type = 'bars'): void {
  Wire.last.say({
    type: `${type}.subscribe.response`,
    id,
    payload: { status: 'ok', topic, epoch: 'e', seq, snapshot },
  })
}

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
    accept('1', 'bars:AAPL:1', 41, bar)
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
    accept('1', 'quotes:AAPL', 3, undefined, 'quotes')
    const stopSecond = client.subscribe('quotes', { symbol: 'AAPL' }, { onSnapshot: second })
    await turn()
    accept('2', 'quotes:AAPL', 5, undefined, 'quotes')
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
    accept('1', 'quotes:AAPL', 1, undefined, 'quotes')
    accept('2', 'quotes:AAPL', 1, undefined, 'quotes')
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

  it('starts again where a lossless topic has a hole', async () => {
    const onSnapshot = vi.fn()
    const onUpdate = vi.fn()
    open().subscribe('account', { accountId: 'acc_1' }, { onSnapshot, onUpdate })
    Wire.last.say(hello)
    await turn()
    accept('1', 'account:acc_1', 7, { orders: [] }, 'account')
    Wire.last.say({ type: 'account.update', topic: 'account:acc_1', seq: 8, payload: {} })
    Wire.last.say({ type: 'account.update', topic: 'account:acc_1', seq: 10, payload: {} })
    await turn()
    expect(onUpdate).toHaveBeenCalledTimes(1)
    expect(Wire.last.sent.at(-1)).toMatchObject({ type: 'account.subscribe', id: '2' })
    accept('2', 'account:acc_1', 10, { orders: [] }, 'account')
    expect(onSnapshot).toHaveBeenCalledTimes(2)
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
    await vi.advanceTimersByTimeAsync(1_000)
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
})

describe('the connection', () => {
  it('says how it is', () => {
    const client = open()
    const states: State[] = []
    const stop = client.onState((state) => states.push(state))
    Wire.last.say(hello)
    Wire.last.end(1006)
    stop()
    client.close()
    expect(states).toEqual(['open', 'waiting'])
    expect(client.state).toBe('closed')
  })

  it('comes back with jitter, waits longer each time, and subscribes again', async () => {
    const client = open()
    client.subscribe('quotes', { symbol: 'AAPL' }, {})
    for (const wait of [250, 500, 1_000, 2_000]) {
      const before = Wire.all.length
      Wire.last.end(1006)
      await vi.advanceTimersByTimeAsync(wait - 1)
      expect(Wire.all).toHaveLength(before)
      await vi.advanceTimersByTimeAsync(1)
      expect(Wire.all).toHaveLength(before + 1)
    }
    Wire.last.say(hello)
    await turn()
    expect(Wire.last.sent).toMatchObject([
      { type: 'quotes.subscribe', payload: { symbol: 'AAPL' } },
    ])
  })

  it('starts with short waits again only after a steady while', async () => {
    open()
    for (const wait of [250, 500]) {
      Wire.last.say(hello)
      Wire.last.end(4003)
      await vi.advanceTimersByTimeAsync(wait)
    }
    Wire.last.say(hello)
    await vi.advanceTimersByTimeAsync(10_000)
    const before = Wire.all.length
    Wire.last.end(4003)
    await vi.advanceTimersByTimeAsync(250)
    expect(Wire.all).toHaveLength(before + 1)
  })

  it('stays away where the close code says so', async () => {
    const client = open()
    Wire.last.end(4100)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(client.state).toBe('closed')
    expect(Wire.all).toHaveLength(1)
  })

  it('takes silence for death, and a pong for life', async () => {
    const client = open()
    const wire = Wire.last
    wire.say(hello)
    await vi.advanceTimersByTimeAsync(policy.heartbeat.pingInterval)
    expect(wire.sent).toEqual([{ type: 'ping' }])
    wire.say({ type: 'pong', payload: { time: 0 } })
    await vi.advanceTimersByTimeAsync(policy.heartbeat.pingInterval)
    expect(client.state).toBe('open')
    await vi.advanceTimersByTimeAsync(policy.heartbeat.timeout - policy.heartbeat.pingInterval)
    expect(client.state).toBe('waiting')
    expect(wire.closed).toBe(true)
  })

  it('gives up an attempt that takes too long', async () => {
    const client = open()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(client.state).toBe('waiting')
  })

  it('leaves before the end of its lifespan, at a moment of its own', async () => {
    const client = open()
    Wire.last.say(hello)
    Wire.last.say({
      type: 'goaway',
      payload: { reason: 'lifespan_over', reconnectAfter: 0, closesIn: 60_000 },
    })
    await vi.advanceTimersByTimeAsync(26_999)
    expect(client.state).toBe('open')
    await vi.advanceTimersByTimeAsync(1)
    expect(client.state).toBe('waiting')
  })

  it('does not come back before the time it was asked for', async () => {
    open()
    Wire.last.say(hello)
    Wire.last.say({
      type: 'goaway',
      payload: { reason: 'shutting_down', reconnectAfter: 4_000, closesIn: 0 },
    })
    Wire.last.end(4002)
    await vi.advanceTimersByTimeAsync(4_249)
    expect(Wire.all).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(Wire.all).toHaveLength(2)
  })
})

it('builds canonical topics', () => {
  expect(topics.bars({ symbol: 'REC:AAPL', resolution: 'D' })).toBe('bars:REC:AAPL:D')
})
