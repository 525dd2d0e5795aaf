import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { policy, topics } from '@generated/stream'
import { askRetryAfter } from '@generated/stream/backoff'
import type { Page, State } from '@generated/stream'
import { accept, hello, openOnWire as open, turn, Wire } from '@/mocks/wire'

beforeEach(() => {
  Wire.all = []
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
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

describe('who is not signed in by the handshake', () => {
  const stranger = { type: 'hello', payload: { authenticated: false } }

  it('sends a token, and subscribes when it was taken', async () => {
    const client = open({ token: () => Promise.resolve('secret') })
    client.subscribe('quotes', { symbol: 'AAPL' }, {})
    Wire.last.say(stranger)
    await turn()
    expect(Wire.last.sent).toEqual([{ type: 'auth', id: 'auth', payload: { token: 'secret' } }])
    expect(client.state).toBe('connecting')
    Wire.last.say({ type: 'auth.response', id: 'auth', payload: { status: 'ok', userName: 'u' } })
    await turn()
    expect(client.state).toBe('open')
    expect(Wire.last.sent).toHaveLength(2)
  })

  it.each([
    ['without a token', undefined, 'unauthenticated'],
    ['with a wrong one', () => 'wrong', 'No.'],
  ])('stays away %s, and says why', async (_, token, reason) => {
    const client = open({ token })
    const listener = vi.fn()
    client.onState(listener)
    Wire.last.say(stranger)
    await turn()
    Wire.last.say({
      type: 'auth.response',
      id: 'auth',
      payload: { status: 'error', message: 'No.' },
    })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(Wire.all).toHaveLength(1)
    expect(listener).toHaveBeenCalledExactlyOnceWith('closed', { code: 4100, reason })
    expect(client.ending).toEqual({ code: 4100, reason })
  })

  it('tries again later where its user has too many connections', async () => {
    const client = open({ token: () => 'secret' })
    Wire.last.say(stranger)
    await turn()
    const payload = { status: 'error', code: 'too_many_connections', message: 'Close one.' }
    Wire.last.say({ type: 'auth.response', id: 'auth', payload })
    expect(client.state).toBe('waiting')
  })

  it('tries again later where no token can be had', async () => {
    const client = open({ token: () => Promise.reject(new Error('offline')) })
    Wire.last.say(stranger)
    await turn()
    expect(client.state).toBe('waiting')
  })
})

describe('a handshake that is refused', () => {
  it('is not repeated before the time that the server asks for', async () => {
    const client = open({ retryAfter: () => Promise.resolve(10_000) })
    Wire.last.end(1006)
    await vi.advanceTimersByTimeAsync(10_249)
    expect(client.state).toBe('waiting')
    expect(Wire.all).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(Wire.all).toHaveLength(2)
  })

  it.each([
    ['429', '7', 7_000],
    ['503', 'Thu, 01 Jan 1970 00:00:09 GMT', 9_000],
    ['404', '7', undefined],
    ['503', null, undefined],
  ])('with %s and Retry-After %s', async (status, value, expected) => {
    vi.setSystemTime(0)
    const asked = vi.fn((url: string) => {
      const headers: HeadersInit = value === null ? {} : { 'Retry-After': value }
      return Promise.resolve({ url, status: Number(status), headers: new Headers(headers) })
    })
    vi.stubGlobal('fetch', asked)
    expect(await askRetryAfter('wss://host/ws')).toBe(expected)
    vi.unstubAllGlobals()
    expect(asked).toHaveBeenCalledWith('https://host/ws', { cache: 'no-store' })
  })
})

describe('a page out of sight', () => {
  class Sheet extends EventTarget implements Page {
    hidden = false
    turn(hidden: boolean): void {
      this.hidden = hidden
      this.dispatchEvent(new Event('visibilitychange'))
    }
  }

  it('is disconnected after a while, and resumes when it is seen', async () => {
    const page = new Sheet()
    const client = open({ page, pauseAfter: 15_000 })
    client.subscribe('quotes', { symbol: 'AAPL' }, {})
    Wire.last.say(hello)
    await turn()
    accept('1', 'quotes:AAPL', { seq: 5 })
    page.turn(true)
    await vi.advanceTimersByTimeAsync(14_999)
    expect(client.state).toBe('open')
    await vi.advanceTimersByTimeAsync(1)
    expect(client.state).toBe('paused')
    expect(Wire.last.closed).toBe(true)
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(Wire.all).toHaveLength(1)
    page.turn(false)
    await turn()
    Wire.last.say(hello)
    await turn()
    expect(Wire.last.sent).toMatchObject([{ payload: { resume: { epoch: 'e', seq: 5 } } }])
  })

  it('is not disconnected for a glance elsewhere', async () => {
    const page = new Sheet()
    const client = open({ page, pauseAfter: 1_000 })
    Wire.last.say(hello)
    page.turn(true)
    await vi.advanceTimersByTimeAsync(900)
    page.turn(false)
    await vi.advanceTimersByTimeAsync(900)
    expect(client.state).toBe('open')
    client.close()
    page.turn(true)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(client.state).toBe('closed')
  })
})

it('comes back after a frame that is no JSON, and says what the server did not understand', async () => {
  const onError = vi.fn()
  const client = open({ onError })
  Wire.last.say(hello)
  const error = { code: 'unknown_type', message: 'No such type.' }
  Wire.last.say({ type: 'error', payload: error })
  expect(onError).toHaveBeenCalledExactlyOnceWith(error)
  Wire.last.onmessage?.({ data: '{' })
  expect(client.state).toBe('waiting')
  await vi.advanceTimersByTimeAsync(250)
  expect(Wire.all).toHaveLength(2)
})

it('builds canonical topics', () => {
  expect(topics.bars({ symbol: 'REC:AAPL', resolution: 'D' })).toBe('bars:REC:AAPL:D')
})
