import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Listener, StreamClient } from '@generated/stream'
import { accept, hello, openOnWire, turn, Wire } from '@/mocks/wire'

const TOPIC = 'account:acc_1'
const heard = {
  onSnapshot: vi.fn(),
  onUpdate: vi.fn(),
  onResume: vi.fn(),
  onGap: vi.fn(),
  onStatus: vi.fn(),
} satisfies Listener<'account'>

let client: StreamClient

beforeEach(() => {
  Wire.all = []
  vi.useFakeTimers()
  for (const each of Object.values(heard)) each.mockClear()
  client = openOnWire({ random: () => 0 })
})
afterEach(() => {
  client.close()
  vi.useRealTimers()
})

const update = (seq: number, topic = TOPIC) => {
  Wire.last.say({ type: `${topic.split(':')[0] ?? ''}.update`, topic, seq, payload: { seq } })
}
const seen = () => heard.onUpdate.mock.calls.map(([payload]) => (payload as { seq: number }).seq)
const asked = () => Wire.last.sent.map(({ payload }) => payload)

/** Connected, with a snapshot at 7. */
async function watching(): Promise<void> {
  client.subscribe('account', { accountId: 'acc_1' }, heard)
  Wire.last.say(hello)
  await turn()
  accept('1', TOPIC, { seq: 7 }, { orders: [] })
}

async function reconnected(): Promise<void> {
  Wire.last.end(1006)
  await vi.advanceTimersByTimeAsync(0)
  Wire.last.say(hello)
  await turn()
}

describe('after a cut', () => {
  it('a topic goes on where it was, without a snapshot', async () => {
    await watching()
    update(8)
    await reconnected()
    expect(asked()).toEqual([{ accountId: 'acc_1', resume: { epoch: 'e', seq: 8 } }])
    accept('2', TOPIC, { seq: 8, resumed: true })
    for (const seq of [9, 10, 11]) update(seq)
    expect(seen()).toEqual([8, 9, 10, 11])
    expect(heard.onSnapshot).toHaveBeenCalledTimes(1)
    expect(heard.onResume).toHaveBeenCalledExactlyOnceWith({ epoch: 'e', seq: 8 })
  })

  it('what cannot be filled starts from a snapshot', async () => {
    await watching()
    await reconnected()
    accept('2', TOPIC, { epoch: 'f', seq: 3, resumed: false }, { orders: [] })
    update(4)
    expect(heard.onSnapshot).toHaveBeenLastCalledWith({ orders: [] }, { epoch: 'f', seq: 3 })
    expect(seen()).toEqual([4])
    await reconnected()
    expect(asked()).toEqual([{ accountId: 'acc_1', resume: { epoch: 'f', seq: 4 } }])
  })

  it('who came meanwhile gets a snapshot', async () => {
    await watching()
    Wire.last.end(1006)
    const late = vi.fn()
    client.subscribe('account', { accountId: 'acc_1' }, { onSnapshot: late })
    await reconnected()
    expect(asked()).toEqual([{ accountId: 'acc_1' }])
    accept('2', TOPIC, { seq: 7 }, { orders: [] })
    expect(late).toHaveBeenCalledTimes(1)
    expect(heard.onSnapshot).toHaveBeenCalledTimes(1)
  })

  it('a snapshot that says nothing new is a resume for those who know it', async () => {
    await watching()
    await reconnected()
    accept('2', TOPIC, { seq: 7, resumed: false }, { orders: [] })
    expect(heard.onSnapshot).toHaveBeenCalledTimes(1)
    expect(heard.onResume).toHaveBeenCalledExactlyOnceWith({ epoch: 'e', seq: 7 })
  })

  it('who comes while a resume is answered gets one too', async () => {
    await watching()
    await reconnected()
    const late = vi.fn()
    client.subscribe('account', { accountId: 'acc_1' }, { onSnapshot: late })
    accept('2', TOPIC, { seq: 7, resumed: true })
    await turn()
    expect(asked().at(-1)).toEqual({ accountId: 'acc_1' })
    accept('3', TOPIC, { seq: 7 }, { orders: [] })
    expect(late).toHaveBeenCalledTimes(1)
  })
})

describe('on a lossless topic', () => {
  it('nothing is told twice', async () => {
    await watching()
    for (const seq of [6, 7, 8, 8, 7, 9]) update(seq)
    expect(seen()).toEqual([8, 9])
  })

  it('a hole is filled from where it begins', async () => {
    await watching()
    for (const seq of [8, 10, 11]) update(seq)
    await turn()
    expect(asked().slice(1)).toEqual([{ accountId: 'acc_1', resume: { epoch: 'e', seq: 8 } }])
    accept('2', TOPIC, { seq: 8, resumed: true })
    for (const seq of [9, 10, 11, 12]) update(seq)
    expect(seen()).toEqual([8, 9, 10, 11, 12])
    expect(heard.onSnapshot).toHaveBeenCalledTimes(1)
  })

  it('a hole that stays is left behind by a snapshot, without haste', async () => {
    await watching()
    update(9)
    await turn()
    accept('2', TOPIC, { seq: 7, resumed: true })
    update(9)
    await vi.advanceTimersByTimeAsync(999)
    expect(asked()).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(asked().at(-1)).toEqual({ accountId: 'acc_1' })
  })

  it('a ledger that begins anew is resumed in its new epoch', async () => {
    await watching()
    const events = [{ type: 'balance' }, { type: 'reset', epoch: 'f' }]
    Wire.last.say({ type: 'account.update', topic: TOPIC, seq: 8, payload: { events } })
    await reconnected()
    expect(asked()).toEqual([{ accountId: 'acc_1', resume: { epoch: 'f', seq: 8 } }])
  })

  it('a gap is told, and a snapshot follows', async () => {
    await watching()
    Wire.last.say({
      type: 'account.gap',
      topic: TOPIC,
      seq: 57,
      payload: { epoch: 'e', lastSeq: 7 },
    })
    update(58)
    await turn()
    expect(heard.onGap).toHaveBeenCalledExactlyOnceWith(
      { epoch: 'e', lastSeq: 7 },
      { epoch: 'e', seq: 57 },
    )
    expect(asked().at(-1)).toEqual({ accountId: 'acc_1' })
    accept('2', TOPIC, { seq: 58 }, { orders: [] })
    update(59)
    expect(heard.onSnapshot).toHaveBeenCalledTimes(2)
    expect(seen()).toEqual([59])
  })
})

describe('on a conflated topic', () => {
  it('a jump is no gap, and updates go on while a snapshot is on its way', async () => {
    client.subscribe('pnl', { accountId: 'acc_1' }, heard)
    Wire.last.say(hello)
    await turn()
    accept('1', 'pnl:acc_1', { seq: 1 }, {})
    for (const seq of [5, 4, 9]) update(seq, 'pnl:acc_1')
    Wire.last.say({
      type: 'pnl.gap',
      topic: 'pnl:acc_1',
      seq: 20,
      payload: { epoch: 'e', lastSeq: 9 },
    })
    update(21, 'pnl:acc_1')
    await turn()
    expect(asked()).toHaveLength(2)
    expect(seen()).toEqual([5, 9, 21])
  })
})

it('tells when the source of a topic falls silent', async () => {
  await watching()
  const status = { stale: true, feedAge: 6_200 }
  Wire.last.say({ type: 'account.status', topic: TOPIC, payload: status })
  update(8)
  expect(heard.onStatus).toHaveBeenCalledExactlyOnceWith(status)
  expect(seen()).toEqual([8])
})

it('a listener that fails keeps nobody from hearing', async () => {
  const failures: unknown[] = []
  vi.stubGlobal('queueMicrotask', (callback: () => void) => {
    try {
      callback()
    } catch (error) {
      failures.push(error)
    }
  })
  client.subscribe(
    'account',
    { accountId: 'acc_1' },
    {
      onUpdate: () => {
        throw new Error('mine')
      },
    },
  )
  await watching()
  update(8)
  vi.unstubAllGlobals()
  expect(failures).toEqual([new Error('mine')])
  expect(seen()).toEqual([8])
})
