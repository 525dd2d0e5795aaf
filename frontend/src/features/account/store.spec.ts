import { http, HttpResponse } from 'msw/http'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { AccountSnapshot, AccountUpdate } from '@generated/models'
import { server } from '@/mocks/node'
import { account, balance, execution, order, position } from '@/mocks/samples'
import { replaceStream, type Listener, type Stream } from '@/services'
import { useAccounts } from './store'

type AccountListener = Listener<'account'>
const listeners = new Map<string, AccountListener>()
let subscriptions = 0

const stand: Stream = {
  state: 'open',
  onState: () => () => undefined,
  watch: (family, params, listener) => {
    if (family === 'account') {
      subscriptions += 1
      listeners.set((params as { accountId: string }).accountId, listener)
    }
    return () => undefined
  },
  close: () => undefined,
}

const snapshot = (changes: Partial<AccountSnapshot> = {}): AccountSnapshot => ({
  accountId: 'paper',
  orders: [],
  positions: [],
  balance: balance(),
  ...changes,
})
const update = (events: AccountUpdate['events']): AccountUpdate => ({
  transactionId: 't',
  accountId: 'paper',
  time: 1,
  marketTime: 1,
  cause: 'order_filled',
  events,
})

async function open() {
  setActivePinia(createPinia())
  const store = useAccounts()
  await store.load()
  const paper = listeners.get('paper')
  if (!paper) throw new Error('The account is not followed.')
  onTestFinished(() => {
    store.leave()
  })
  return { store, paper }
}

describe('the accounts', () => {
  beforeEach(() => {
    subscriptions = 0
    replaceStream(stand)
    return () => {
      replaceStream()
    }
  })

  it('show a fill and its position at once, never one without the other', async () => {
    const { store, paper } = await open()
    paper.onSnapshot?.(snapshot(), { epoch: 'mock', seq: 1 })
    const seen: [number, number][] = []
    store.$subscribe(() => seen.push([store.executions.length, store.positions.length]), {
      flush: 'sync',
    })
    paper.onUpdate?.(
      update([
        { type: 'order', order: order({ status: 'filled' }) },
        { type: 'execution', execution: execution({ sequence: 2 }) },
        { type: 'position', position: position() },
      ]),
      { epoch: 'mock', seq: 2 },
    )
    expect([store.executions.length, store.positions.length]).toEqual([1, 1])
    expect(seen.filter(([fills, open]) => fills !== open)).toEqual([])
  })

  it('ask for a fresh start when a transaction is missing', async () => {
    const { store, paper } = await open()
    paper.onSnapshot?.(snapshot(), { epoch: 'mock', seq: 1 })
    const before = subscriptions
    paper.onUpdate?.(update([{ type: 'position', position: position() }]), {
      epoch: 'mock',
      seq: 5,
    })
    expect(subscriptions).toBe(before + 1)
    expect(store.positions).toEqual([])
  })

  it('keep the chosen account', async () => {
    const { store } = await open()
    expect(store.current?.name).toBe('Paper')
    store.choose('replay')
    expect(store.current?.name).toBe('Replay')
    await vi.waitFor(() => {
      expect(localStorage.getItem('trading-pro.account')).toBe('"replay"')
    })
  })

  it('know which one trades a clock', async () => {
    const { store } = await open()
    expect(store.forClock('replay')?.accountId).toBe('replay')
    expect(store.forClock('live')?.accountId).toBe('paper')
  })

  it('remember which of several accounts trades a clock, also while another is on the screen', async () => {
    const ids = ['paper', 'swing', 'replay'] as const
    server.use(
      http.get('*/api/v1/accounts', () =>
        HttpResponse.json({
          accounts: ids.map((accountId) =>
            account({ accountId, clock: accountId === 'replay' ? 'replay' : 'live' }),
          ),
        }),
      ),
    )
    const { store } = await open()
    store.choose('swing')
    store.choose('replay')
    expect(store.forClock('live')?.accountId).toBe('swing')
    await vi.waitFor(() => {
      expect(localStorage.getItem('trading-pro.account-live')).toBe('"swing"')
    })
  })
})
