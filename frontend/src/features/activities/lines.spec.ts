import { expect, it } from 'vitest'
import type { Activity } from '@generated/models'
import { lineOf } from './lines'

const activity = (changes: Partial<Activity>): Activity => ({
  activityId: 'act_1',
  kind: 'commission',
  amount: '-1',
  balance: '99',
  time: 1,
  marketTime: 1,
  sequence: 1,
  ...changes,
})

it('says what changed the balance, and how', () => {
  expect(lineOf(activity({ symbol: 'AAPL', note: 'of ten' }))).toEqual({
    id: 'act_1',
    time: 1,
    what: 'Commission',
    symbol: 'AAPL',
    amount: '-1',
    balance: '99.00',
    note: 'of ten',
  })
})

it('says what left the balance as it was, without an amount', () => {
  const call = activity({ kind: 'margin_call', amount: '0', equity: '12', maintenanceMargin: '10' })
  const line = lineOf(call)
  expect(line.amount).toBeUndefined()
  expect([line.what, line.note]).toEqual(['Margin call', 'Equity 12.00, maintenance margin 10.00'])
})
