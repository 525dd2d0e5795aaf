import { describe, expect, it } from 'vitest'
import type { AccountEvent, AccountUpdate } from '@generated/models'
import { execution, order, position, balance } from '@/mocks/samples'
import { apply, fromSnapshot, join, type LedgerState } from './ledger'

const EPOCH = 'e1'
const start = (): LedgerState =>
  fromSnapshot({ accountId: 'paper', orders: [], positions: [], balance: balance() }, EPOCH, 5)

function update(...events: AccountEvent[]): AccountUpdate {
  return {
    transactionId: 't',
    accountId: 'paper',
    time: 1,
    marketTime: 1,
    cause: 'order_placed',
    events,
  }
}

const fill = () =>
  update(
    { type: 'order', order: order({ orderId: 'o1', status: 'filled', revision: 2 }) },
    { type: 'execution', execution: execution({ executionId: 'x1', orderId: 'o1', sequence: 6 }) },
    { type: 'position', position: position({ positionId: 'p1', quantity: '10' }) },
    { type: 'balance', balance: balance({ balance: '99990' }) },
  )

describe('a ledger transaction', () => {
  it('is applied whole', () => {
    const before = start()
    const { outcome, state } = apply(before, 6, fill())
    expect(outcome).toBe('applied')
    expect(state.sequence).toBe(6)
    expect(state.orders.get('o1')?.status).toBe('filled')
    expect(state.executions.map((each) => each.executionId)).toEqual(['x1'])
    expect(state.positions.get('p1')?.quantity).toBe('10')
    expect(state.balance.balance).toBe('99990')
    expect(before.positions.size).toBe(0)
  })

  it('is not applied twice', () => {
    const once = apply(start(), 6, fill()).state
    const again = apply(once, 6, fill())
    expect(again.outcome).toBe('repeated')
    expect(again.state).toBe(once)
  })

  it('is refused when one before it is missing', () => {
    const before = start()
    expect(apply(before, 7, fill())).toEqual({ outcome: 'gap', state: before })
  })

  it('removes a position that it closes', () => {
    const open = apply(start(), 6, fill()).state
    const closed = position({ positionId: 'p1', quantity: '0', status: 'closed', revision: 2 })
    const { state } = apply(open, 7, update({ type: 'position', position: closed }))
    expect(state.positions.size).toBe(0)
  })

  it('forgets everything at a reset, whatever its number', () => {
    const open = apply(start(), 6, fill()).state
    const { outcome, state } = apply(
      open,
      1,
      update({ type: 'reset', epoch: 'e2', balance: balance({ balance: '100000' }) }),
    )
    expect(outcome).toBe('applied')
    expect(state).toMatchObject({ epoch: 'e2', sequence: 1, balance: { balance: '100000' } })
    expect([state.orders.size, state.positions.size, state.executions.length]).toEqual([0, 0, 0])
  })
})

describe('a snapshot after a cut', () => {
  it('drops orders that no longer work and keeps what has ended', () => {
    const earlier = apply(
      apply(start(), 6, fill()).state,
      7,
      update({ type: 'order', order: order({ orderId: 'o2', status: 'working' }) }),
    ).state
    const state = fromSnapshot(
      { accountId: 'paper', orders: [], positions: [], balance: balance() },
      EPOCH,
      9,
      earlier,
    )
    expect([...state.orders.keys()]).toEqual(['o1'])
    expect(state.executions).toHaveLength(1)
  })

  it('keeps nothing of another epoch', () => {
    const earlier = apply(start(), 6, fill()).state
    const state = fromSnapshot(
      { accountId: 'paper', orders: [], positions: [], balance: balance() },
      'e2',
      1,
      earlier,
    )
    expect([state.orders.size, state.executions.length]).toEqual([0, 0])
  })
})

describe('history read over REST', () => {
  const page = (sequence: number) => ({
    orders: {
      orders: [
        order({ orderId: 'o1', status: 'working', revision: 1 }),
        order({ orderId: 'o0', status: 'canceled' }),
      ],
      asOf: { epoch: EPOCH, sequence },
    },
    executions: {
      executions: [
        execution({ executionId: 'x0', sequence: 3 }),
        execution({ executionId: 'x1', sequence: 6 }),
      ],
      asOf: { epoch: EPOCH, sequence },
    },
  })

  it('never replaces a newer revision, and repeats nothing', () => {
    const state = join(apply(start(), 6, fill()).state, page(5))
    expect(state?.orders.get('o1')?.status).toBe('filled')
    expect(state?.orders.get('o0')?.status).toBe('canceled')
    expect(state?.executions.map((each) => each.executionId)).toEqual(['x1', 'x0'])
  })

  it('waits until the stream has come so far', () => {
    expect(join(start(), page(6))).toBeUndefined()
    expect(join(apply(start(), 6, fill()).state, page(6))).toBeDefined()
  })

  it('of another epoch is ignored', () => {
    const state = apply(start(), 6, fill()).state
    expect(join({ ...state, epoch: 'e2' }, page(6))).toEqual({ ...state, epoch: 'e2' })
  })
})
